package bench

import (
	"testing"
	"time"
)

// BenchmarkEquations times updates with built-in neurons and with the same
// neurons as equations, in turn, and reports the least of each and the ratio:
//
//	go test -run '^$' -bench Equations -benchtime 1x ./mdcsan/bench
func BenchmarkEquations(b *testing.B) {
	for _, task := range []Task{Tasks()[0], Tasks()[3]} {
		for _, pair := range [][2]string{{"mdcsan", "dn-eq"}, {"lif", "lif-eq"}, {"if", "if-eq"}} {
			b.Run(task.Name+"/"+pair[0], func(b *testing.B) { inTurn(b, task, pair) })
		}
	}
}

func inTurn(b *testing.B, task Task, pair [2]string) {
	var subjects [2]*Subject
	for i, kind := range pair {
		s, err := New(task, kind, Size{}, 1)
		if err != nil {
			b.Fatal(err)
		}
		subjects[i] = s
	}
	var least [2]time.Duration
	for b.Loop() {
		for range 10 {
			for i, s := range subjects {
				d, err := s.UpdateTime(b.Context(), 300*time.Millisecond)
				if err != nil {
					b.Fatal(err)
				}
				if least[i] == 0 || d < least[i] {
					least[i] = d
				}
			}
		}
	}
	b.ReportMetric(least[0].Seconds()*1e3, "built-in-ms")
	b.ReportMetric(least[1].Seconds()*1e3, "equations-ms")
	b.ReportMetric(100*float64(least[0])/float64(least[1]), "%-of-the-speed")
}
