// Package bench measures training on the user's own machine: the time of one
// TD3 update and of one action for each task and actor, the processor's
// practical peak, and what a whole run will take.
//
//	report, err := bench.Run(ctx, bench.Options{Seconds: 1}, progress)
//	report.WriteTable(os.Stdout)
//
// But for updates two at a time on several cores, everything runs on one thread with synthetic batches of the tasks' sizes
// (Ant's 84 contact forces are zero, as in Ant-v3) and networks that fire as
// trained ones do, so that nothing but the program is needed. An update is the mean of one with and one without the
// policy (policy delay 2). Each figure is the least of many repetitions, on
// Linux in processor time: what the code can do, whatever else the machine does.
//
// The dense floor is the arithmetic of the update done with dense products,
// layer by layer, at the peak measured between the updates. Work that is
// skipped (silent neurons, constant observations) can beat it.
//
// peer/ holds the same measurement of a PyTorch program; README.md is the
// history of what was tried.
package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"gomdcsan/mdcsan/crew"
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// Task is the size of a task.
type Task struct {
	Name string
	Obs  int // numbers in an observation
	Zero int // of which the last so many are always zero
	Act  int // numbers in an action
}

// Tasks returns the paper's four tasks.
func Tasks() []Task {
	return []Task{{"Ant-v3", 111, 84, 8}, {"HalfCheetah-v3", 17, 0, 6}, {"Walker2d-v3", 17, 0, 6}, {"Hopper-v3", 11, 0, 3}}
}

// Actors returns the actors that are compared.
func Actors() []string { return []string{"mdcsan", "lif", "popdan", "dan"} }

// Size is the shape of an experiment; the zero value means the paper's.
type Size struct {
	Batch int // 100
	T     int // 5 steps
	Width int // 256 neurons in each hidden layer of the actor
	J     int // 10 receptive fields per observation
}

func (s Size) withDefaults() Size {
	return Size{orElse(s.Batch, 100), orElse(s.T, 5), orElse(s.Width, 256), orElse(s.J, 10)}
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Subject is an agent and the data to run it on.
type Subject struct {
	Task  Task
	Kind  string
	Size  Size
	Agent *td3.Agent
	Batch *replay.Batch
	dst   []float32
	twin  td3.Actor // for two updates at once
}

// New returns an agent with the named actor and a random batch.
func New(task Task, kind string, size Size, seed uint64) (*Subject, error) {
	size = size.withDefaults()
	c := td3.Default(task.Obs, task.Act, 1)
	s := &Subject{Task: task, Kind: kind, Size: size, dst: make([]float32, task.Act)}
	var err error
	s.Batch = synthetic(task, size.Batch, rng.New(seed, "bench/batch"))
	if kind == "dan" {
		var a *nn.DeepActor
		if a, err = nn.NewDeepActor(task.Obs, task.Act, []int{size.Width, size.Width}, 1, seed); err == nil {
			c.ActorLR = 1e-3
			s.twin = a.Clone("twin")
			s.Agent, err = td3.New(c, a, a.Clone("target"), seed)
		}
	} else {
		var a *snn.Actor
		if a, err = spiking(task, kind, size, seed); err == nil {
			if kind == "popdan" {
				c.ActorLR = 1e-3
			} else {
				excite(a, s.Batch.Obs, task.Obs)
			}
			s.twin = a.Clone("twin")
			s.Agent, err = td3.New(c, a, a.Clone("target"), seed)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bench: %s, %s: %w", task.Name, kind, err)
	}
	return s, nil
}

func spiking(task Task, kind string, size Size, seed uint64) (*snn.Actor, error) {
	c := snn.Default(task.Obs, task.Act, 1)
	c.T, c.J, c.Hidden = size.T, size.J, []int{size.Width, size.Width}
	switch kind {
	case "mdcsan":
	case "lif":
		c = c.WithNeuron(snn.LIF)
	case "popdan":
		c = c.WithNeuron(snn.ReLU)
	default:
		if e, err := snn.NeuronKind(kind).Equations(); kind != string(snn.IF) && (err != nil || e == nil) {
			return nil, fmt.Errorf("unknown actor, want one of %v, if, or a neuron of equations", Actors())
		}
		c = c.WithNeuron(snn.NeuronKind(kind))
	}
	return snn.New(c, seed)
}

// synthetic returns a batch of normal observations and uniform actions.
func synthetic(task Task, n int, r *rng.Stream) *replay.Batch {
	b := replay.NewBatch(n, task.Obs, task.Act)
	b.N = n
	for i := range n {
		for j := range task.Obs - task.Zero {
			b.Obs[i*task.Obs+j] = float32(r.NormFloat64())
			b.Obs2[i*task.Obs+j] = float32(r.NormFloat64())
		}
		for j := range task.Act {
			b.Act[i*task.Act+j] = float32(2*r.Float64() - 1)
		}
		b.Rew[i] = float32(r.NormFloat64())
	}
	return b
}

// Update does one update.
func (s *Subject) Update() error {
	_, err := s.Agent.Update(s.Batch)
	return err
}

// Act computes one action as training does between two updates: the policy's
// for one observation, plus noise.
func (s *Subject) Act() { s.Agent.Explore(s.dst, s.Batch.Obs[:s.Task.Obs]) }

// UpdateTime measures updates for about d: the least time of one without the
// policy and the least of one with it, and of the two the mean.
func (s *Subject) UpdateTime(ctx context.Context, d time.Duration) (time.Duration, error) {
	runtime.LockOSThread() // now is the thread's clock
	defer runtime.UnlockOSThread()
	best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	for i, end := 0, time.Now().Add(d); i < 6 || time.Now().Before(end); i++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		policy := s.Agent.Updates() % s.Agent.Config().PolicyDelay
		start := now()
		if err := s.Update(); err != nil {
			return 0, fmt.Errorf("bench: %s, %s: %w", s.Task.Name, s.Kind, err)
		}
		if i > 1 {
			best[min(policy, 1)] = min(best[min(policy, 1)], now()-start)
		}
	}
	return (best[0] + best[1]) / 2, nil
}

// TwoTime measures two updates at once on a crew for about d: the least time
// on the clock on the wall of an update.
func (s *Subject) TwoTime(ctx context.Context, d time.Duration, c *crew.Crew) (time.Duration, error) {
	s.Agent.Twin(s.twin)
	best := time.Duration(math.MaxInt64)
	for i, end := 0, time.Now().Add(d); i < 6 || time.Now().Before(end); i++ {
		err := ctx.Err()
		if err == nil && !s.Agent.Paired() {
			err = s.Update()
		}
		start := time.Now()
		if err == nil {
			_, err = s.Agent.UpdateTwo(c, s.Batch, s.Batch)
		}
		if err != nil {
			return 0, fmt.Errorf("bench: %s, %s: %w", s.Task.Name, s.Kind, err)
		}
		if i > 1 {
			best = min(best, time.Since(start)/2)
		}
	}
	return best, nil
}

// ActionTime measures one action.
func (s *Subject) ActionTime(ctx context.Context, d time.Duration) time.Duration {
	return least(ctx, d, 10, s.Act)
}

// least calls f in groups of `calls` for about d and returns the least mean
// time of a group.
func least(ctx context.Context, d time.Duration, calls int, f func()) time.Duration {
	runtime.LockOSThread() // now is the thread's clock
	defer runtime.UnlockOSThread()
	for range 3 {
		f()
	}
	best := time.Duration(math.MaxInt64)
	for end := time.Now().Add(d); ; {
		start := now()
		for range calls {
			f()
		}
		best = min(best, now()-start)
		if time.Now().After(end) || ctx.Err() != nil {
			return best / time.Duration(calls)
		}
	}
}

// Flops counts the arithmetic of one update with dense products, layer by
// layer (a product of m×k and k×n counts 2mkn): critics at every update, the
// policy at every second.
func (s *Subject) Flops() float64 {
	b, w := float64(s.Size.Batch), float64(s.Size.Width)
	obs, act := float64(s.Task.Obs), float64(s.Task.Act)
	const hidden = 256 // the critics' width
	in := obs + act
	first, second, last := 2*b*in*hidden, 2*b*hidden*hidden, 2*b*hidden
	critic := first + second + last
	critics := 2*critic + 2*(critic+critic+second+last) // targets; forward, weights, inputs
	throughQ1 := critic + second + last + 2*b*act*hidden

	t, inputs, out := float64(s.Size.T), obs*float64(s.Size.J), 10*act
	switch s.Kind {
	case "popdan":
		t = 1
	case "dan":
		t, inputs, out = 1, obs, act
	}
	encoded := 2 * b * inputs * w
	inner := 2*b*t*w*w + 2*b*t*w*out
	forward := encoded + inner
	backward := 2 * (encoded + inner)
	if s.Kind == "dan" {
		backward -= encoded // nothing below learns
	}
	return critics + forward + (forward+backward+throughQ1)/2
}

// Peak measures the core's rate of multiplications and additions in GFLOP/s.
func Peak(ctx context.Context, d time.Duration) float64 {
	const calls = 200
	p := linalg.NewPeak()
	t := least(ctx, d, calls, p.Run)
	return p.Flops() / float64(t)
}
