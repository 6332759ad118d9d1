package bench

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"text/tabwriter"
	"time"
)

// Growth is how the time of an update grows with one quantity, everything else
// as in the paper.
type Growth struct {
	Quantity string    // "batch", "T", "width", "population", "parallel runs"
	Values   []int     // of the quantity
	Ms       []float64 // one update; of parallel runs, of each of them
}

// MeasureGrowth measures the growth of an actor's update on a task: with the
// batch, the steps T, the width of the hidden layers, the receptive fields per
// observation, and the number of runs side by side, up to one per core.
func MeasureGrowth(ctx context.Context, task Task, kind string, d time.Duration, progress func(what string)) ([]Growth, error) {
	sizes := []struct {
		quantity string
		values   []int
		size     func(v int) Size
	}{
		{"batch", []int{25, 50, 100, 200, 400}, func(v int) Size { return Size{Batch: v} }},
		{"T", []int{1, 2, 5, 10, 20}, func(v int) Size { return Size{T: v} }},
		{"width", []int{64, 128, 256, 512}, func(v int) Size { return Size{Width: v} }},
		{"population", []int{2, 5, 10, 20}, func(v int) Size { return Size{J: v} }},
	}
	var all []Growth
	var subjects []*Subject
	for _, q := range sizes {
		g := Growth{Quantity: q.quantity, Values: q.values}
		for _, v := range q.values {
			s, err := New(task, kind, q.size(v), 1)
			if err != nil {
				return nil, err
			}
			subjects, g.Ms = append(subjects, s), append(g.Ms, math.Inf(1))
		}
		all = append(all, g)
	}
	for i := range rounds { // in turn, as in Run
		progress(fmt.Sprintf("round %d of %d", i+1, rounds))
		rest := subjects
		for _, g := range all {
			for k := range g.Ms {
				t, err := rest[k].UpdateTime(ctx, d/rounds)
				if err != nil {
					return nil, err
				}
				g.Ms[k] = min(g.Ms[k], ms(t))
			}
			rest = rest[len(g.Ms):]
		}
	}
	parallel := Growth{Quantity: "parallel runs"}
	for n := 1; n <= runtime.GOMAXPROCS(0); n *= 2 {
		progress(fmt.Sprintf("parallel runs %d", n))
		t, err := parallelTime(ctx, task, kind, n, d)
		if err != nil {
			return nil, err
		}
		parallel.Values, parallel.Ms = append(parallel.Values, n), append(parallel.Ms, t)
	}
	return append(all, parallel), nil
}

// parallelTime measures n runs at once, each on a thread of its own, and
// returns the slowest one's update.
func parallelTime(ctx context.Context, task Task, kind string, n int, d time.Duration) (slowest float64, failed error) {
	times, errs := make([]float64, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		s, err := New(task, kind, Size{}, uint64(i+1))
		if err != nil {
			return 0, err
		}
		group.Go(func() {
			var t time.Duration
			t, errs[i] = s.UpdateTime(ctx, d)
			times[i] = ms(t)
		})
	}
	group.Wait()
	for i := range n {
		slowest = max(slowest, times[i])
		if errs[i] != nil {
			failed = errs[i]
		}
	}
	return slowest, failed
}

// WriteGrowth writes what was measured as a table.
func WriteGrowth(w io.Writer, growth []Growth) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, g := range growth {
		fmt.Fprintf(t, "%s\t", g.Quantity)
		for _, v := range g.Values {
			fmt.Fprintf(t, "%d\t", v)
		}
		fmt.Fprint(t, "\nupdate ms\t")
		for _, v := range g.Ms {
			fmt.Fprintf(t, "%.3f\t", v)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
