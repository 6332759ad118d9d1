package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gomdcsan/mdcsan/crew"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/td3"
)

// Options says what to measure; the zero value measures everything for a
// second each.
type Options struct {
	Tasks, Actors []string      // by name; none means all
	For           time.Duration // how long to measure each update
	Size          Size
}

// Report is what was measured. Maps go from task to actor.
type Report struct {
	Processor    string  `json:"processor"`    // the Go platform and its cores
	Instructions string  `json:"instructions"` // that the kernels use
	PeakGflops   float64 `json:"peak_gflops"`  // one core, float32, the most that was seen

	UpdateMs map[string]map[string]float64 `json:"update_ms"`      // one update, mean over the policy delay
	Threads  int                           `json:"threads"`        // of SpreadMs
	SpreadMs map[string]map[string]float64 `json:"spread_ms"`      // the same on several cores; on the clock on the wall
	ActionUs map[string]map[string]float64 `json:"action_us"`      // one action for one observation
	FloorMs  map[string]map[string]float64 `json:"dense_floor_ms"` // at the peak seen between its updates
	SampleUs map[string]float64            `json:"sample_us"`      // a batch out of 50,000 transitions

	EnvStepsPerS map[string]float64            `json:"env_steps_per_s,omitempty"` // physics alone; absent without MuJoCo
	RunMinutes   map[string]map[string]float64 `json:"run_minutes,omitempty"`     // 1,000,000 steps and 100 evaluations, one core
	SpreadRun    map[string]map[string]float64 `json:"spread_minutes,omitempty"`  // the same on Threads cores

	NoPhysics string `json:"no_physics,omitempty"` // why EnvStepsPerS is absent
}

// Run measures. progress, if not nil, is told what comes next.
func Run(ctx context.Context, o Options, progress func(what string)) (*Report, error) {
	if o.For == 0 {
		o.For = time.Second
	}
	if progress == nil {
		progress = func(string) {}
	}
	chosen, err := Choose(o)
	if err != nil {
		return nil, err
	}
	if len(o.Actors) == 0 {
		o.Actors = Actors()
	}
	r := &Report{
		Processor:    fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
		Instructions: linalg.Instructions(),
		UpdateMs:     map[string]map[string]float64{}, ActionUs: map[string]map[string]float64{},
		FloorMs: map[string]map[string]float64{}, SampleUs: map[string]float64{},
		EnvStepsPerS: map[string]float64{}, RunMinutes: map[string]map[string]float64{},
		Threads: min(runtime.GOMAXPROCS(0), td3.MostThreads), SpreadMs: map[string]map[string]float64{}, SpreadRun: map[string]map[string]float64{},
	}
	if err := r.updates(ctx, chosen, o, progress); err != nil {
		return nil, err
	}
	for _, task := range chosen {
		progress(task.Name + ": replay and physics")
		if r.SampleUs[task.Name], err = sampleTime(ctx, task, o); err != nil {
			return nil, err
		}
		if rate, err := envRate(ctx, task, o.For/2); err != nil {
			r.NoPhysics = err.Error()
		} else {
			r.EnvStepsPerS[task.Name] = rate
		}
		r.project(task.Name)
	}
	return r, ctx.Err()
}

// Choose returns the tasks that o names and checks the names of its actors.
func Choose(o Options) ([]Task, error) {
	names := func(what string, wanted, known []string) error {
		for _, w := range wanted {
			if !slices.Contains(known, w) {
				return fmt.Errorf("bench: unknown %s %q, want one of %s", what, w, strings.Join(known, ", "))
			}
		}
		return nil
	}
	var all []string
	var chosen []Task
	for _, t := range Tasks() {
		all = append(all, t.Name)
		if len(o.Tasks) == 0 || slices.Contains(o.Tasks, t.Name) {
			chosen = append(chosen, t)
		}
	}
	if err := names("task", o.Tasks, all); err != nil {
		return nil, err
	}
	return chosen, names("actor", o.Actors, Actors())
}

// rounds is how often everything is measured in turn.
const rounds = 10

// updates measures the updates and actions of all tasks and actors and the
// core's peak in turn, round after round, and keeps the least of each: the
// speed of a shared machine changes by a third from one second to the next, and
// figures that are compared need to have seen the same moments.
func (r *Report) updates(ctx context.Context, chosen []Task, o Options, progress func(what string)) error {
	var all []*figures
	for _, task := range chosen {
		progress(task.Name + ": networks")
		for _, kind := range o.Actors {
			s, err := New(task, kind, o.Size, 1)
			if err != nil {
				return err
			}
			all = append(all, &figures{Subject: s, update: math.MaxInt64, spread: math.MaxInt64, action: math.MaxInt64})
		}
	}
	c := crew.New(r.Threads)
	defer c.Close()
	for i := range rounds {
		progress(fmt.Sprintf("updates and actions, round %d of %d", i+1, rounds))
		for _, f := range all {
			if err := f.measure(ctx, o.For/rounds, c); err != nil {
				return err
			}
		}
	}
	for _, f := range all {
		r.PeakGflops = max(r.PeakGflops, f.peak)
		f.put(r.UpdateMs, ms(f.update))
		f.put(r.SpreadMs, ms(f.spread))
		f.put(r.ActionUs, 1e3*ms(f.action))
		f.put(r.FloorMs, f.Flops()/f.peak/1e6)
	}
	return nil
}

// figures are what was measured of a subject so far.
type figures struct {
	*Subject
	update, spread, action time.Duration
	peak                   float64 // of the core beside it
}

// measure takes about 2 d.
func (f *figures) measure(ctx context.Context, d time.Duration, c *crew.Crew) error {
	t, err := f.UpdateTime(ctx, d)
	if err != nil {
		return err
	}
	two, err := f.TwoTime(ctx, d/2, c)
	if err != nil {
		return err
	}
	f.update, f.spread, f.action = min(f.update, t), min(f.spread, two), min(f.action, f.ActionTime(ctx, d/4))
	f.peak = max(f.peak, Peak(ctx, d/4))
	return nil
}

func (f *figures) put(into map[string]map[string]float64, v float64) {
	if into[f.Task.Name] == nil {
		into[f.Task.Name] = map[string]float64{}
	}
	into[f.Task.Name][f.Kind] = v
}

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// sampleTime measures a batch drawn from a buffer too large for the caches.
func sampleTime(ctx context.Context, task Task, o Options) (float64, error) {
	const rows = 50_000
	r := rng.New(1, "bench/replay")
	buf, n := replay.New(rows, task.Obs, task.Act), o.Size.withDefaults().Batch
	obs, obs2, act := make([]float32, task.Obs), make([]float32, task.Obs), make([]float32, task.Act)
	for range rows {
		obs2[0] = float32(r.NormFloat64())
		if err := buf.Add(obs, act, 0, obs2, false); err != nil {
			return 0, fmt.Errorf("bench: %w", err)
		}
		obs, obs2 = obs2, obs
	}
	b := replay.NewBatch(n, task.Obs, task.Act)
	var failed error
	t := least(ctx, o.For/10, 1, func() {
		if err := buf.Sample(b, r); err != nil {
			failed = err
		}
	})
	return 1e3 * ms(t), failed
}

// envRate measures the physics of a task under random actions.
func envRate(ctx context.Context, task Task, d time.Duration) (float64, error) {
	e, err := tasks.New(task.Name, tasks.Options{})
	if err != nil {
		return 0, err
	}
	defer e.Close()
	r := rng.New(1, "bench/env")
	obs, act := make([]float64, task.Obs), make([]float64, task.Act)
	if err := e.Reset(obs, r); err != nil {
		return 0, err
	}
	var failed error
	t := least(ctx, d, 20, func() {
		for j := range act {
			act[j] = 2*r.Float64() - 1
		}
		res, err := e.Step(obs, act)
		if err == nil && (res.Terminated || res.Truncated) {
			err = e.Reset(obs, r)
		}
		if err != nil {
			failed = err
		}
	})
	return 1e9 / float64(t.Nanoseconds()), failed
}

// project adds up a run of 1,000,000 steps with an update and an action each,
// and 100 evaluations of 10 episodes, taken to last their full 1000 steps; on
// several cores the evaluations' physics is shared, too.
func (r *Report) project(task string) {
	rate, ok := r.EnvStepsPerS[task]
	if !ok {
		return
	}
	r.RunMinutes[task], r.SpreadRun[task] = map[string]float64{}, map[string]float64{}
	for kind, update := range r.UpdateMs[task] {
		physics, action, sample := 1e3/rate, r.ActionUs[task][kind]/1e3, r.SampleUs[task]/1e3 // ms
		r.RunMinutes[task][kind] = 1e6 * (2*physics + 2*action + update + sample) / 60e3
		r.SpreadRun[task][kind] = 1e6 * (physics + physics/float64(r.Threads) + 2*action + r.SpreadMs[task][kind] + sample) / 60e3
	}
}

// WriteJSON writes the report as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteTable writes the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s, kernels for %s, peak %.0f GFLOP/s on one core\n\n", r.Processor, r.Instructions, r.PeakGflops)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "task\tactor\tupdate ms\tof dense floor\taction µs\tsample µs\tphysics steps/s\t1M steps, minutes\ton %d cores\t\n", r.Threads)
	for _, task := range Tasks() {
		for _, kind := range Actors() {
			update, ok := r.UpdateMs[task.Name][kind]
			if !ok {
				continue
			}
			rate, minutes, spread := "-", "-", "-"
			if v, ok := r.EnvStepsPerS[task.Name]; ok {
				rate, minutes = fmt.Sprintf("%.0f", v), fmt.Sprintf("%.0f", r.RunMinutes[task.Name][kind])
				spread = fmt.Sprintf("%.0f", r.SpreadRun[task.Name][kind])
			}
			fmt.Fprintf(t, "%s\t%s\t%.3f\t%.2f\t%.1f\t%.1f\t%s\t%s\t%s\t\n", task.Name, kind, update, update/r.FloorMs[task.Name][kind],
				r.ActionUs[task.Name][kind], r.SampleUs[task.Name], rate, minutes, spread)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprint(w, `
update: TD3, batch 100, mean of one with and one without the policy, one thread.
of dense floor: update / (arithmetic with dense products / peak); below 1, work was skipped.
on several cores: one run, two updates at a time, as train --threads does; beside other work it takes longer.
`)
	if r.NoPhysics != "" {
		fmt.Fprintf(w, "physics: not measured: %s\n", r.NoPhysics)
	}
	return nil
}
