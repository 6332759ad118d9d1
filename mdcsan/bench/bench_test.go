package bench

import (
	"testing"
	"time"
)

// BenchmarkUpdate is one TD3 update (mean of one with and one without the
// policy) of every task and actor.
func BenchmarkUpdate(b *testing.B) {
	each(b, func(b *testing.B, s *Subject) {
		b.ReportAllocs()
		for range 2 { // after which nothing grows
			update(b, s)
		}
		for b.Loop() {
			update(b, s)
		}
		b.StopTimer()
		least, err := s.UpdateTime(b.Context(), 200*time.Millisecond)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(least.Nanoseconds())/1e6, "least-ms")
		b.ReportMetric(s.Flops()/float64(least.Nanoseconds()), "dense-GFLOP/s")
	})
}

func update(b *testing.B, s *Subject) {
	if err := s.Update(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAct is one action of every task and actor.
func BenchmarkAct(b *testing.B) {
	each(b, func(b *testing.B, s *Subject) {
		b.ReportAllocs()
		s.Act()
		for b.Loop() {
			s.Act()
		}
		b.StopTimer()
		b.ReportMetric(float64(s.ActionTime(b.Context(), 100*time.Millisecond))/1e3, "least-µs")
	})
}

func each(b *testing.B, f func(b *testing.B, s *Subject)) {
	for _, task := range Tasks() {
		for _, kind := range Actors() {
			b.Run(task.Name+"/"+kind, func(b *testing.B) {
				s, err := New(task, kind, Size{}, 1)
				if err != nil {
					b.Fatal(err)
				}
				f(b, s)
			})
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	for _, kind := range Actors() {
		s, err := New(Task{"small", 7, 2, 2}, kind, Size{Batch: 10, Width: 32}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(4, func() {
			if err := s.Update(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: an update allocates %v times", kind, n)
		}
		if n := testing.AllocsPerRun(4, s.Act); n != 0 {
			t.Errorf("%s: an action allocates %v times", kind, n)
		}
	}
}
