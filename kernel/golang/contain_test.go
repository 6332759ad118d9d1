package golang

import (
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/golang/cell"
)

// TestPlantedFaults lets the engine panic at each step of its work on a cell.
// The cell must end with an error that asks for a report, and the session go on
// as it was before it.
func TestPlantedFaults(t *testing.T) {
	code := "type P struct{ A, B int }\nfunc f() int { return 2 }\nx := P{1, 2}\nfor range 2 { x.A++ }"
	for _, way := range []struct {
		name  string
		magic string
		steps []cell.Step
	}{
		{"compiled", "%%native\n", []cell.Step{cell.StepMagic, cell.StepParse, cell.StepImport, cell.StepCheck, cell.StepEmit, cell.StepCompile, cell.StepLoad, cell.StepCommit}},
		{"interpreted", "%%interpret\n", []cell.Step{cell.StepMagic, cell.StepParse, cell.StepImport, cell.StepCheck, cell.StepEvaluate, cell.StepCommit}},
	} {
		t.Run(way.name, func(t *testing.T) {
			s := newTestSession(t)
			defer s.close()
			if way.name == "compiled" {
				needNative(t, s)
			}
			s.must(way.magic + "type P struct{ A int }\nfunc (p P) M() int { return p.A }\nfunc f() int { return 1 }\nx := P{5}")
			for _, st := range way.steps {
				s.e.session.plant = func(at cell.Step) {
					if at == st {
						s.e.session.plant = nil
						var p *cell.Plan
						_ = p.Src
					}
				}
				err := s.run(way.magic + code)
				s.e.session.plant = nil
				if err == nil || err.Name != "internal error" || !strings.Contains(err.Value, string(st)+" cell[") || !strings.Contains(strings.Join(err.Traceback, "\n"), "report") {
					t.Fatalf("%s: %v", st, err)
				}
				s.must(way.magic + `if got := fmt.Sprint(x.A, x.M(), f()); got != "5 5 1" { panic(got) }`)
			}
			s.e.session.plant = func(at cell.Step) {
				if at == cell.StepLower {
					panic("planted")
				}
			}
			if err := s.run("x.A = 7"); err == nil || err.Name != "internal error" {
				t.Fatalf("%s: %v", cell.StepLower, err)
			}
			s.e.session.plant = nil
			s.must(way.magic + code)
			s.must(way.magic + `if got := fmt.Sprint(x, f()); got != "{3 2} 2" { panic(got) }`)
			time.AfterFunc(50*time.Millisecond, s.e.Interrupt)
			if err := s.run(way.magic + "for { }"); err == nil || err.Name != "Interrupted" {
				t.Errorf("an interrupt after faults: %v", err)
			}
		})
	}
}
