package td3_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/rng"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// actor is what the tests' networks share.
type actor interface {
	td3.Learner
	ParamCount() int
}

// pair returns a network of the given kind and a second one for its target.
// "dan" is the deep actor, everything else a neuron with coding "/"-separated.
func pair(t testing.TB, kind string, obsDim, actDim int, hidden []int, seed uint64) (net actor, target td3.Actor) {
	t.Helper()
	if kind == "dan" {
		a, err := nn.NewDeepActor(obsDim, actDim, hidden, 1, seed)
		if err != nil {
			t.Fatal(err)
		}
		return a, a.Clone("target")
	}
	neuron, coding, _ := strings.Cut(kind, "/")
	c := snn.Default(obsDim, actDim, 1).WithNeuron(snn.NeuronKind(neuron))
	c.Hidden = hidden
	if coding != "" {
		c.Coding = snn.Coding(coding)
	}
	a, err := snn.New(c, seed)
	if err != nil {
		t.Fatal(err)
	}
	return a, a.Clone("target")
}

var kinds = []string{"dan", "relu", "dn", "dn-printed", "lif", "if", "dn/pop+uni", "dn/pop+poi", "dn/pop+det", "dn/uni", "dn/poi", "dn/det"}

func newAgent(t testing.TB, kind string, hidden []int, change func(*td3.Config)) *td3.Agent {
	t.Helper()
	net, target := pair(t, kind, 4, 2, hidden, 1)
	c := td3.Default(4, 2, 1)
	c.CriticHidden = hidden
	if change != nil {
		change(&c)
	}
	a, err := td3.New(c, net, target, 1)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func randomBatch(n int, s *rng.Stream) *replay.Batch {
	b := replay.NewBatch(n, 4, 2)
	for _, x := range [][]float32{b.Obs, b.Obs2, b.Act, b.Rew} {
		for i := range x {
			x[i] = float32(s.NormFloat64())
		}
	}
	for i := range b.Done {
		b.Done[i] = float32(i % 7 / 6)
	}
	return b
}

func TestNoAllocations(t *testing.T) {
	for _, kind := range kinds {
		a := newAgent(t, kind, []int{16, 16}, nil)
		b := randomBatch(20, rng.New(1, "batch"))
		act := make([]float32, 2)
		for name, f := range map[string]func(){
			"Act":      func() { a.Act(act, b.Obs[:4]) },
			"Explore":  func() { a.Explore(act, b.Obs[:4]) },
			"ActBatch": func() { a.ActBatch(b.Act, b.Obs, 20) },
			"Observe":  func() { a.Observe(b.Obs[:4]) },
			"Update": func() {
				if _, err := a.Update(b); err != nil {
					t.Fatal(err)
				}
			},
		} {
			for range 20 {
				f() // lists of spikes grow to what the codings draw
			}
			if n := testing.AllocsPerRun(6, f); n != 0 {
				t.Errorf("%s: %s allocates %v times, want 0", kind, name, n)
			}
		}
	}
}

// saved is a checkpoint in memory: every tensor in its logical order.
func saved(t *testing.T, a *td3.Agent) map[string]any {
	t.Helper()
	m := map[string]any{}
	for _, x := range a.Tensors() {
		if _, twice := m[x.Name]; twice {
			t.Fatalf("two tensors are called %s", x.Name)
		}
		n := 1
		for _, d := range x.Shape {
			n *= d
		}
		switch {
		case x.F32 != nil:
			m[x.Name] = x.AppendF32(nil)
		case x.F64 != nil:
			m[x.Name] = slices.Clone(x.F64)
		case x.I64 != nil:
			m[x.Name] = slices.Clone(x.I64)
		default:
			state, err := x.Stream.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			m[x.Name] = state
			n = len(state)
		}
		if got := length(m[x.Name]); got != n {
			t.Errorf("%s has shape %v and %d elements", x.Name, x.Shape, got)
		}
	}
	return m
}

func length(v any) int {
	switch v := v.(type) {
	case []float32:
		return len(v)
	case []float64:
		return len(v)
	case []int64:
		return len(v)
	}
	return len(v.([]byte))
}

func restore(t *testing.T, a *td3.Agent, m map[string]any) {
	t.Helper()
	for _, x := range a.Tensors() {
		var err error
		switch v := m[x.Name].(type) {
		case []float32:
			err = x.SetF32(v)
		case []float64:
			copy(x.F64, v)
		case []int64:
			copy(x.I64, v)
		case []byte:
			err = x.Stream.UnmarshalBinary(v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func sameState(a, b map[string]any) string {
	for name, v := range a {
		eq := false
		switch v := v.(type) {
		case []float32:
			eq = slices.EqualFunc(v, b[name].([]float32), func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
		case []float64:
			eq = slices.Equal(v, b[name].([]float64))
		case []int64:
			eq = slices.Equal(v, b[name].([]int64))
		case []byte:
			eq = bytes.Equal(v, b[name].([]byte))
		}
		if !eq {
			return name
		}
	}
	return ""
}

// TestResume: an agent restored from another's tensors goes on to the same bits.
func TestResume(t *testing.T) {
	for _, kind := range kinds {
		work := func(a *td3.Agent, s *rng.Stream, n int) []float32 {
			act, all := make([]float32, 2), []float32(nil)
			for range n {
				b := randomBatch(10, s)
				for i := range 10 {
					a.Observe(b.Obs[4*i : 4*i+4])
				}
				if _, err := a.Update(b); err != nil {
					t.Fatal(err)
				}
				a.Explore(act, b.Obs[:4])
				all = append(all, act...)
			}
			return all
		}
		live, s := newAgent(t, kind, []int{12, 12}, nil), rng.New(1, "batches")
		work(live, s, 7)
		state, streamState := saved(t, live), must(s.MarshalBinary())
		back := newAgent(t, kind, []int{12, 12}, func(c *td3.Config) {})
		work(back, rng.New(9, "other"), 3)
		restore(t, back, state)
		r := rng.New(0, "")
		if err := r.UnmarshalBinary(streamState); err != nil {
			t.Fatal(err)
		}
		x, y := work(live, s, 8), work(back, r, 8)
		if !slices.Equal(x, y) {
			t.Errorf("%s: actions differ after the resume", kind)
		}
		if name := sameState(saved(t, live), saved(t, back)); name != "" {
			t.Errorf("%s: %s differs after the resume", kind, name)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestDeterminism: two agents of one seed are the same, of two seeds not.
func TestDeterminism(t *testing.T) {
	run := func(seed uint64) map[string]any {
		net, target := pair(t, "dn/pop+poi", 4, 2, []int{8, 8}, seed)
		a, err := td3.New(td3.Default(4, 2, 1), net, target, seed)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := a.Update(randomBatch(10, rng.New(3, "b"))); err != nil {
				t.Fatal(err)
			}
		}
		return saved(t, a)
	}
	if name := sameState(run(1), run(1)); name != "" {
		t.Errorf("%s differs between two runs of one seed", name)
	}
	if sameState(run(1), run(2)) == "" {
		t.Error("two seeds give the same agent")
	}
}

func TestNotFinite(t *testing.T) {
	nan := float32(math.NaN())
	for name, spoil := range map[string]func(a *td3.Agent, b *replay.Batch){
		"loss of critic 1":  func(a *td3.Agent, b *replay.Batch) { a.Critic(0).Params()[0].Value[3] = nan },
		"loss of critic 2":  func(a *td3.Agent, b *replay.Batch) { a.Critic(1).Params()[1].Value[0] = float32(math.Inf(1)) },
		"critic 1 is":       func(a *td3.Agent, b *replay.Batch) { b.Rew[2] = float32(math.Inf(1)) },
		"actor's parameter": func(a *td3.Agent, b *replay.Batch) { a.Actor().Params()[4].Value[5] = nan },
	} {
		a := newAgent(t, "dn", []int{16, 16}, func(c *td3.Config) { c.Normalise = false })
		b := randomBatch(20, rng.New(1, "batch"))
		if _, err := a.Update(b); err != nil {
			t.Fatal(err)
		}
		spoil(a, b)
		_, err := a.Update(b)
		if err == nil { // a policy's own parameters are looked at when it is updated
			_, err = a.Update(b)
		}
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "checkpoint") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	net, target := pair(t, "dn", 4, 2, []int{8}, 1)
	if _, err := td3.New(td3.Default(4, 2, 1), net, net, 1); err == nil {
		t.Error("the actor was taken as its own target")
	}
	for want, change := range map[string]func(c *td3.Config){
		"Gamma is 1.5":           func(c *td3.Config) { c.Gamma = 1.5 },
		"Tau is 0":               func(c *td3.Config) { c.Tau = 0 },
		"ActorLR is NaN":         func(c *td3.Config) { c.ActorLR = math.NaN() },
		"PolicyDelay is 0":       func(c *td3.Config) { c.PolicyDelay = 0 },
		"CriticHidden[0] is -1":  func(c *td3.Config) { c.CriticHidden = []int{-1} },
		"NoiseClip is -1":        func(c *td3.Config) { c.NoiseClip = -1 },
		"NormaliseEvery is 0":    func(c *td3.Config) { c.NormaliseEvery = 0 },
		"NormaliseClip is 0":     func(c *td3.Config) { c.NormaliseClip = 0 },
		"ActLimit is 0":          func(c *td3.Config) { c.ActLimit = 0 },
		"ExploreNoise is +Inf":   func(c *td3.Config) { c.ExploreNoise = math.Inf(1) },
		"TargetNoise is -0.0001": func(c *td3.Config) { c.TargetNoise = -0.0001 },
	} {
		c := td3.Default(4, 2, 1)
		change(&c)
		if _, err := td3.New(c, net, target, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestNormaliser compares the running statistics with those of all
// observations at once, and checks when they are refreshed.
func TestNormaliser(t *testing.T) {
	z, s := td3.NewNormaliser(3, 50, 3), rng.New(1, "obs")
	var all [][]float32
	dst := make([]float32, 3)
	for n := range 235 {
		o := []float32{float32(100 + 5*s.NormFloat64()), float32(n), 7} // the last is constant
		all = append(all, o)
		z.Observe(o)
		z.Apply(dst, o)
		seen := all[:len(all)/50*50]
		if z.Count() != len(seen) {
			t.Fatalf("%d observations in the statistics after %d, want %d", z.Count(), n+1, len(seen))
		}
		for i, v := range o {
			mean, variance := 0.0, 0.0
			for _, x := range seen {
				mean += float64(x[i]) / float64(len(seen))
			}
			for _, x := range seen {
				variance += (float64(x[i]) - mean) * (float64(x[i]) - mean) / float64(len(seen))
			}
			if len(seen) == 0 {
				variance = 1
			}
			want := max(-3, min(3, (float64(v)-mean)/math.Sqrt(variance+1e-8)))
			if math.Abs(float64(dst[i])-want) > 1e-4 {
				t.Fatalf("observation %d dimension %d: %v, want %v", n, i, dst[i], want)
			}
		}
	}
}

// TestNormalisedIsUsed: acting on raw observations with the switch equals
// acting on z-scores without it.
func TestNormalisedIsUsed(t *testing.T) {
	on := newAgent(t, "dn", []int{16}, nil)
	off := newAgent(t, "dn", []int{16}, func(c *td3.Config) { c.Normalise = false })
	s := rng.New(1, "obs")
	obs := make([]float32, 4)
	for range 200 {
		for i := range obs {
			obs[i] = float32(50 + 10*s.NormFloat64())
		}
		on.Observe(obs)
	}
	z, x, y := make([]float32, 4), make([]float32, 2), make([]float32, 2)
	on.Normaliser().Apply(z, obs)
	on.Act(x, obs)
	off.Act(y, z)
	if !slices.Equal(x, y) {
		t.Errorf("actions %v and %v, want the same", x, y)
	}
	raw, scored := randomBatch(10, s), randomBatch(10, s)
	on.Normaliser().Apply(scored.Obs, raw.Obs)
	on.Normaliser().Apply(scored.Obs2, raw.Obs2)
	copy(scored.Act, raw.Act)
	copy(scored.Rew, raw.Rew)
	l1, err1 := on.Update(raw)
	l2, err2 := off.Update(scored)
	if err1 != nil || err2 != nil || l1 != l2 {
		t.Errorf("losses %+v and %+v, want the same", l1, l2)
	}
}

// TestExploreSeesUpdates: what an actor keeps between two actions is dropped
// when the agent changes the weights, and when the caller asks for them.
func TestExploreSeesUpdates(t *testing.T) {
	build := func() *td3.Agent {
		c := td3.Default(20, 2, 1)
		c.ExploreNoise = 0
		sc := snn.Default(20, 2, 1)
		sc.Hidden = []int{32, 32}
		actor, err := snn.New(sc, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range actor.Params() { // enough drive for every layer to fire
			for i := range p.Value {
				p.Value[i] *= 5
			}
		}
		agent, err := td3.New(c, actor, actor.Clone("target"), 1)
		if err != nil {
			t.Fatal(err)
		}
		return agent
	}
	obs := make([]float32, 20) // the last twelve are zero
	for i := range 8 {
		obs[i] = float32(i) / 4
	}
	scale := func(a *td3.Agent) {
		for _, p := range a.Actor().Params() {
			for i := range p.Value {
				p.Value[i] *= -1.5
			}
		}
	}
	held, fresh := build(), build()
	before, got, want := make([]float32, 2), make([]float32, 2), make([]float32, 2)
	held.Explore(before, obs)
	scale(held)
	scale(fresh)
	held.Explore(got, obs)
	fresh.Explore(want, obs)
	if !slices.Equal(got, want) || slices.Equal(got, before) {
		t.Errorf("after a change by hand Explore gives %v, want %v (before: %v)", got, want, before)
	}
	b := replay.NewBatch(4, 20, 2)
	for _, a := range []*td3.Agent{held, fresh} {
		for range 2 {
			if _, err := a.Update(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	held.Explore(got, obs)
	fresh.Act(want, obs)
	if !slices.Equal(got, want) {
		t.Errorf("after updates Explore gives %v, Act %v", got, want)
	}
}
