package replay

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"gomdcsan/mdcsan/rng"
)

// record is a transition as it was added.
type record struct {
	obs, act, obs2 []float32
	rew            float32
	done           bool
}

// stream makes episodes of random length; some end, some are cut.
func stream(s *rng.Stream, n, obsDim, actDim int) []record {
	var all []record
	var obs []float32
	for range n {
		if obs == nil {
			obs = vector(s, obsDim)
		}
		r := record{obs: obs, act: vector(s, actDim), obs2: vector(s, obsDim), rew: float32(s.NormFloat64())}
		obs = r.obs2
		switch s.IntN(8) {
		case 0:
			r.done, obs = true, nil
		case 1:
			obs = nil // the time limit
		}
		all = append(all, r)
	}
	return all
}

func vector(s *rng.Stream, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(s.NormFloat64())
	}
	return x
}

func fill(t testing.TB, b *Buffer, rs []record) {
	t.Helper()
	for _, r := range rs {
		if err := b.Add(r.obs, r.act, r.rew, r.obs2, r.done); err != nil {
			t.Fatal(err)
		}
	}
}

// check compares what the buffer keeps with the newest of rs.
func check(t *testing.T, b *Buffer, rs []record) {
	t.Helper()
	kept := min(len(rs), b.Cap())
	if b.Len() != kept || b.Added() != uint64(len(rs)) {
		t.Fatalf("Len %d, Added %d, want %d, %d", b.Len(), b.Added(), kept, len(rs))
	}
	batch := NewBatch(1, b.obsDim, b.actDim)
	for n := len(rs) - kept; n < len(rs); n++ {
		b.Get(batch, 0, uint64(n))
		r := rs[n]
		if !slices.Equal(batch.Obs, r.obs) || !slices.Equal(batch.Obs2, r.obs2) || !slices.Equal(batch.Act, r.act) ||
			batch.Rew[0] != r.rew || (batch.Done[0] == 1) != r.done {
			t.Fatalf("transition %d of %d: %+v, want %+v", n, len(rs), batch, r)
		}
	}
}

// TestAgainstModel compares the ring with a plain list, over capacities around
// the number of transitions.
func TestAgainstModel(t *testing.T) {
	rs := stream(rng.New(1, "model"), 300, 3, 2)
	for _, capacity := range []int{1, 2, 3, 7, 50, 299, 300, 301, 1000} {
		b := New(capacity, 3, 2)
		for n := range rs {
			fill(t, b, rs[n:n+1])
			if n%17 == 0 || n == len(rs)-1 {
				check(t, b, rs[:n+1])
			}
		}
		if len(b.side) > b.Len() {
			t.Errorf("capacity %d: %d entries beside %d rows", capacity, len(b.side), b.Len())
		}
	}
}

// TestAcrossBlocks crosses the block boundary, the ring's and the array's end.
func TestAcrossBlocks(t *testing.T) {
	rs := stream(rng.New(2, "model"), 3*blockRows, 1, 1)
	b := New(blockRows+5, 1, 1)
	fill(t, b, rs)
	check(t, b, rs)
}

func TestNotFiniteRefused(t *testing.T) {
	b := New(10, 2, 1)
	rs := stream(rng.New(3, "x"), 4, 2, 1)
	fill(t, b, rs)
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, bad := range []record{
		{obs: []float32{0, nan}, act: []float32{0}, obs2: []float32{0, 0}},
		{obs: []float32{0, 0}, act: []float32{inf}, obs2: []float32{0, 0}},
		{obs: []float32{0, 0}, act: []float32{0}, obs2: []float32{inf, 0}},
		{obs: []float32{0, 0}, act: []float32{0}, obs2: []float32{0, 0}, rew: nan},
	} {
		if err := b.Add(bad.obs, bad.act, bad.rew, bad.obs2, false); !errors.Is(err, ErrNotFinite) {
			t.Errorf("%+v: error %v, want ErrNotFinite", bad, err)
		}
	}
	check(t, b, rs)
}

// TestSampleUniform: each kept transition is drawn equally often (chi-square,
// error rate 1e-4), never one that was overwritten.
func TestSampleUniform(t *testing.T) {
	const kept, draws = 50, 100000
	b := New(kept, 1, 1)
	for n := range 120 {
		x := []float32{float32(n)}
		if err := b.Add(x, x, x[0], []float32{float32(n + 1)}, false); err != nil {
			t.Fatal(err)
		}
	}
	batch, s := NewBatch(100, 1, 1), rng.New(1, "replay")
	var count [120]float64
	for range draws / batch.N {
		if err := b.Sample(batch, s); err != nil {
			t.Fatal(err)
		}
		for k, x := range batch.Obs {
			count[int(x)]++
			if batch.Obs2[k] != x+1 || batch.Act[k] != x || batch.Rew[k] != x {
				t.Fatal("parts of different transitions")
			}
		}
	}
	chi, want := 0.0, float64(draws)/kept
	for n, c := range count {
		if n < 70 && c > 0 {
			t.Fatalf("transition %d was overwritten and drawn", n)
		}
		if n >= 70 {
			chi += (c - want) * (c - want) / want
		}
	}
	if p := 1 - (distuv.ChiSquared{K: kept - 1}).CDF(chi); p < 1e-4 {
		t.Errorf("chi-square %.1f, p = %.2g", chi, p)
	}
	if err := New(5, 1, 1).Sample(batch, s); err == nil {
		t.Error("an empty buffer was sampled")
	}
}

func TestSampleAllocates(t *testing.T) {
	b := New(1000, 4, 2)
	fill(t, b, stream(rng.New(1, "x"), 1500, 4, 2))
	batch, s := NewBatch(100, 4, 2), rng.New(1, "replay")
	if n := testing.AllocsPerRun(10, func() { _ = b.Sample(batch, s) }); n != 0 {
		t.Errorf("Sample allocates %v times, want 0", n)
	}
}

// TestMemoryOfAnt fills a twentieth of Ant's million transitions, episodes of
// 20 steps at worst, and extrapolates: at most 1.0 GB.
func TestMemoryOfAnt(t *testing.T) {
	const part = 50_000
	b := New(part, 111, 8)
	obs, obs2, act := make([]float32, 111), make([]float32, 111), make([]float32, 8)
	for n := range part {
		obs[0], obs2[0] = float32(n), float32(n+1)
		if n%20 == 0 {
			obs[0] = -1
		}
		if err := b.Add(obs, act, 0, obs2, false); err != nil {
			t.Fatal(err)
		}
	}
	if gb := float64(b.Bytes()) * 1e6 / part / 1e9; gb > 0.55 {
		t.Errorf("Ant's replay takes %.2f GB, want 0.48 and the episodes' ends", gb)
	}
}

// TestSegments restores a buffer from segments cut anywhere and goes on.
func TestSegments(t *testing.T) {
	rs := stream(rng.New(4, "x"), 200, 3, 2)
	for _, capacity := range []int{60, 200, 500} {
		for _, cuts := range [][]int{{200}, {1, 2, 3, 200}, {90, 91, 170, 200}} {
			live, from := New(capacity, 3, 2), 0
			var segments [][]byte
			for _, to := range cuts {
				fill(t, live, rs[from:to])
				lo := max(uint64(from), live.Oldest())
				segments = append(segments, live.AppendRows(nil, lo, uint64(to)))
				from = to
			}
			first := 0
			if capacity == 60 { // rows that a later one has overwritten may be missing
				segments = [][]byte{live.AppendRows(nil, live.Oldest(), live.Added())}
				first = int(live.Oldest())
			}
			back := NewAt(capacity, 3, 2, uint64(first))
			for _, s := range segments {
				if err := back.Load(s); err != nil {
					t.Fatal(err)
				}
			}
			check(t, back, rs)
			same(t, live, back)
		}
	}
}

// TestSegmentsLater cuts the rows after all of them were added.
func TestSegmentsLater(t *testing.T) {
	rs := stream(rng.New(4, "x"), 40, 3, 2)
	live := New(100, 3, 2)
	fill(t, live, rs)
	for cut := range uint64(41) {
		back := New(100, 3, 2)
		for _, s := range [][]byte{live.AppendRows(nil, 0, cut), live.AppendRows(nil, cut, 40)} {
			if err := back.Load(s); err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
		}
		check(t, back, rs)
	}
}

// same checks that two buffers sample the same bits, now and after more rows.
func same(t *testing.T, a, b *Buffer) {
	t.Helper()
	more := stream(rng.New(5, "more"), 30, 3, 2)
	x, y := NewBatch(50, 3, 2), NewBatch(50, 3, 2)
	r, s := rng.New(1, "replay"), rng.New(1, "replay")
	for range 3 {
		if a.Sample(x, r) != nil || b.Sample(y, s) != nil || !slices.Equal(x.Obs2, y.Obs2) || !slices.Equal(x.Obs, y.Obs) {
			t.Fatal("the restored buffer samples something else")
		}
		fill(t, a, more)
		fill(t, b, more)
	}
}

func TestLoadDamaged(t *testing.T) {
	b := New(50, 3, 2)
	fill(t, b, stream(rng.New(6, "x"), 20, 3, 2))
	good := b.AppendRows(nil, 0, 20)
	for name, bad := range map[string][]byte{
		"empty":     nil,
		"cut":       good[:len(good)-5],
		"half":      good[:len(good)/2],
		"longer":    append(slices.Clone(good), 0),
		"flags":     replaced(good, headerSize, 0xff),
		"dims":      replaced(good, 12, 9),
		"first row": replaced(good, 0, 1),
	} {
		if err := New(50, 3, 2).Load(bad); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: error %v, want ErrCorrupt", name, err)
		}
	}
	if err := New(50, 3, 2).Load(good); err != nil {
		t.Error(err)
	}
}

func replaced(b []byte, at int, v byte) []byte {
	c := slices.Clone(b)
	c[at] = v
	return c
}

func FuzzLoad(f *testing.F) {
	b := New(50, 2, 1)
	fill(f, b, stream(rng.New(6, "x"), 9, 2, 1))
	f.Add(b.AppendRows(nil, 0, 9))
	f.Add(b.AppendRows(nil, 3, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := New(7, 2, 1)
		if b.Load(data) != nil {
			return
		}
		again := NewAt(7, 2, 1, b.Oldest())
		if err := again.Load(b.AppendRows(nil, b.Oldest(), b.Added())); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkSampleAnt(bench *testing.B) {
	b := New(100_000, 111, 8)
	fill(bench, b, stream(rng.New(1, "x"), 20_000, 111, 8))
	batch, s := NewBatch(100, 111, 8), rng.New(1, "replay")
	bench.ReportAllocs()
	for bench.Loop() {
		_ = b.Sample(batch, s)
	}
}

// TestOutsideTheHeap: the collector does not count transitions, or it would
// wait for as much garbage.
func TestOutsideTheHeap(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" {
		t.Skip("memory is taken from the heap on " + runtime.GOOS)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const rows, obsDim = 50_000, 111
	before := heap()
	b := New(rows, obsDim, 8)
	obs, act := make([]float32, obsDim), make([]float32, 8)
	for range rows {
		if err := b.Add(obs, act, 1, obs, false); err != nil {
			t.Fatal(err)
		}
	}
	if grown := int64(heap()) - int64(before); grown > int64(b.Bytes())/10 {
		t.Errorf("the heap has grown by %d bytes for %d bytes of transitions", grown, b.Bytes())
	}
}
