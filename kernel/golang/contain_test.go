package golang

import (
	"strings"
	"testing"
	"time"
)

// TestPlantedFaults lets the engine panic at each step of its work on a cell.
// The cell must end with an error that asks for a report, and the session go on
// as it was before it.
func TestPlantedFaults(t *testing.T) {
	cell := "type P struct{ A, B int }\nfunc f() int { return 2 }\nx := P{1, 2}\nfor range 2 { x.A++ }"
	for _, way := range []struct {
		name  string
		magic string
		steps []step
	}{
		{"compiled", "%%native\n", []step{stepMagic, stepParse, stepImport, stepCheck, stepEmit, stepCompile, stepLoad, stepCommit}},
		{"interpreted", "%%interpret\n", []step{stepMagic, stepParse, stepImport, stepCheck, stepLower, stepEvaluate, stepCommit}},
	} {
		t.Run(way.name, func(t *testing.T) {
			s := newTestSession(t)
			defer s.close()
			if way.name == "compiled" {
				needNative(t, s)
			}
			s.must(way.magic + "type P struct{ A int }\nfunc (p P) M() int { return p.A }\nfunc f() int { return 1 }\nx := P{5}")
			for _, st := range way.steps {
				s.e.session.plant = func(at step) {
					if at == st {
						s.e.session.plant = nil
						var p *plan
						_ = p.src
					}
				}
				err := s.run(way.magic + cell)
				s.e.session.plant = nil
				if err == nil || err.Name != "internal error" || !strings.Contains(err.Value, string(st)+" cell[") || !strings.Contains(strings.Join(err.Traceback, "\n"), "report") {
					t.Fatalf("%s: %v", st, err)
				}
				s.must(way.magic + `if got := fmt.Sprint(x.A, x.M(), f()); got != "5 5 1" { panic(got) }`)
			}
			s.must(way.magic + cell)
			s.must(way.magic + `if got := fmt.Sprint(x, f()); got != "{3 2} 2" { panic(got) }`)
			time.AfterFunc(50*time.Millisecond, s.e.Interrupt)
			if err := s.run(way.magic + "for { }"); err == nil || err.Name != "Interrupted" {
				t.Errorf("an interrupt after faults: %v", err)
			}
		})
	}
}
