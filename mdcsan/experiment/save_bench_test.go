package experiment

import (
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// flat is a task of any size that costs nothing.
type flat struct {
	spec env.Spec
	live int // observations that are not always zero, as in Ant-v3
	r    *rng.Stream
}

func (f *flat) Spec() env.Spec { return f.spec }
func (f *flat) Close() error   { return nil }

func (f *flat) Reset(obs []float64, r *rng.Stream) error {
	f.r = r
	return f.fill(obs)
}

func (f *flat) Step(obs, _ []float64) (env.Result, error) { return env.Result{}, f.fill(obs) }

func (f *flat) fill(obs []float64) error {
	for i := range f.live {
		obs[i] = f.r.NormFloat64()
	}
	return nil
}

// flatAnt returns a run of MDC-SAN on a task of Ant-v3's size, in a folder.
func flatAnt(t testing.TB) *Run {
	spec := env.Spec{Name: "Ant-v3", ObsDim: 111, ActDim: 8, MaxSteps: 1000}
	for range spec.ActDim {
		spec.ActLow, spec.ActHigh = append(spec.ActLow, -1), append(spec.ActHigh, 1)
	}
	c := DefaultConfig("Ant-v3")
	c.Dir = t.TempDir()
	r, err := New(c, Parts{NewEnv: func() (env.Env, error) { return &flat{spec: spec, live: 27}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	if err := r.env.Reset(r.obs, r.resets); err != nil {
		t.Fatal(err)
	}
	r.begun = true
	return r
}

// collect does random steps and nothing else.
func collect(t testing.TB, r *Run, steps int) {
	step := r.step
	for range steps {
		r.step = 0 // stay in the random phase
		if err := r.interact(); err != nil {
			t.Fatal(err)
		}
		r.pendingUpdates, r.evalDue, r.saveDue = 0, false, false
	}
	r.step = step
}

// BenchmarkSave is a checkpoint of MDC-SAN on Ant-v3 after 10,000 more steps,
// the largest that the paper's schedule makes. At 2 ms a step (an optimistic
// training speed) 10,000 steps take 20 s, of which 5 percent are 1 s.
func BenchmarkSave(b *testing.B) {
	r := flatAnt(b)
	for b.Loop() {
		b.StopTimer()
		collect(b, r, 10_000)
		b.StartTimer()
		if err := r.save(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoop is 50 steps of training with their 50 updates, the replay full
// with a million transitions. It also reports what the garbage collector has
// to do with it: bytes allocated and collections per thousand steps, and the
// longest time that it stopped the loop. There is hardly a collection to see,
// so collecting forces one in each block of steps.
func BenchmarkLoop(b *testing.B) {
	r := flatAnt(b)
	collect(b, r, r.Config.Replay)
	r.step = r.Config.StartSteps
	block := func() {
		for end := r.step + 50; r.step < end || r.pendingUpdates > 0; {
			if err := r.advance(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	block() // after which nothing grows
	b.Run("training", func(b *testing.B) { measureLoop(b, block) })
	b.Run("collecting", func(b *testing.B) {
		measureLoop(b, func() {
			var g sync.WaitGroup
			g.Go(runtime.GC)
			block()
			g.Wait()
		})
	})
}

func measureLoop(b *testing.B, block func()) {
	before, steps := readCollector(), 0
	for b.Loop() {
		block()
		steps += 50
	}
	after := readCollector()
	per := 1000 / float64(steps)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(steps)/1000, "ms/step")
	b.ReportMetric(float64(after.bytes-before.bytes)*per, "B/1000steps")
	b.ReportMetric(float64(after.cycles-before.cycles)*per, "collections/1000steps")
	b.ReportMetric(after.longestSince(before)*1e6, "longest-pause-µs")
}

// collector is what the runtime counts.
type collector struct {
	bytes, cycles uint64
	pauses        *metrics.Float64Histogram // seconds
}

func readCollector() collector {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}, {Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(s)
	h := *s[2].Value.Float64Histogram()
	h.Counts = slices.Clone(h.Counts)
	return collector{s[0].Value.Uint64(), s[1].Value.Uint64(), &h}
}

// longestSince returns the upper end of the longest pause since before, in
// seconds, 0 if there was none.
func (c collector) longestSince(before collector) float64 {
	for i := len(c.pauses.Counts) - 1; i >= 0; i-- {
		if c.pauses.Counts[i] > before.pauses.Counts[i] {
			return c.pauses.Buckets[i+1]
		}
	}
	return 0
}
