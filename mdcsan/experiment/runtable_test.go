package experiment

import (
	"slices"
	"testing"
)

func TestTableOfRuns(t *testing.T) {
	run := func(task, actor, coding string, seed uint64, mean ...float64) *Results {
		c := DefaultConfig(task)
		c.Actor, c.Coding, c.Seed = actor, coding, seed
		r := &Results{Dir: "runs/x", Manifest: &Manifest{Config: c}, Mean: mean}
		for i := range mean {
			r.Steps = append(r.Steps, float64(10_000*(i+1)))
		}
		return r
	}
	f := Table([]*Results{run("Ant-v3", "mdcsan", "pop", 0, 5, 9, 7), run("Ant-v3", "mdcsan", "pop+det", 1), run("Ant-v3", "dan", "pop", 0, 3)})
	if want := []string{"task", "actor", "coding", "neuron", "seed", "steps", "last", "best", "dir"}; !slices.Equal(f.Names(), want) {
		t.Errorf("columns %v, want %v", f.Names(), want)
	}
	if got := f.Num("best")[0]; got != 9 || f.Num("last")[0] != 7 || f.Num("steps")[0] != 30_000 {
		t.Errorf("%v", f)
	}
	// A coding means nothing to a DAN.
	if got := f.Text("coding"); !slices.Equal(got, []string{"pop", "pop+det", ""}) {
		t.Errorf("codings %q", got)
	}
	if x := f.Num("best")[1]; x == x || f.Num("steps")[1] != 0 {
		t.Errorf("%v", f)
	}
	if n := Table(nil).Len(); n != 0 {
		t.Errorf("%d rows of no run", n)
	}
}
