package report

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/plotting"
)

// Kind is one line of a comparison: the runs that are told apart from others
// by actor, coding and neuron.
type Kind struct {
	Name  string // in legends and tables
	Paper string // as plotting.PaperCurve knows it; "" if the paper has no such curve

	Actor, Coding, Neuron string // as in mdcsan.Config
}

// Actors are the lines of Fig. 4 and the rows of Table 1.
func Actors() []Kind {
	return []Kind{
		{"MDC-SAN", "MDC-SAN", "mdcsan", "pop", "dn"},
		{"Pop-DAN", "Pop-DAN", "popdan", "", ""},
		{"DAN", "DAN", "dan", "", ""},
	}
}

// Codings are the lines of Fig. 5, and the two rate codings without a
// population that the paper leaves out.
func Codings() []Kind {
	return []Kind{
		{"Cpop", "Cpop", "mdcsan", "pop", "dn"},
		{"Cpop+Cdet", "Cpop+Cdet", "mdcsan", "pop+det", "dn"},
		{"Cpop+Cuni", "Cpop+Cuni", "mdcsan", "pop+uni", "dn"},
		{"Cpop+Cpoi", "Cpop+Cpoi", "mdcsan", "pop+poi", "dn"},
		{"Cpoi", "Cpoi", "mdcsan", "poi", "dn"},
		{"Cuni", "", "mdcsan", "uni", "dn"},
		{"Cdet", "", "mdcsan", "det", "dn"},
	}
}

// Neurons are the lines of Fig. 7.
func Neurons() []Kind {
	return []Kind{{"DN", "DN", "mdcsan", "pop", "dn"}, {"LIF", "LIF", "lif", "pop", ""}}
}

// Tasks are the paper's tasks in the order of its figures.
func Tasks() []string { return []string{"Ant-v3", "HalfCheetah-v3", "Walker2d-v3", "Hopper-v3"} }

// config is what the paper would have run.
func (k Kind) config(task string) mdcsan.Config {
	c := mdcsan.DefaultConfig(task)
	c.Actor = k.Actor
	if k.Coding != "" {
		c.Coding = k.Coding
	}
	if k.Neuron != "" {
		c.Neuron = k.Neuron
	}
	return c
}

// Grid is the kind's settings as a grid of an mdcsan.Sweep has them.
func (k Kind) Grid(tasks []string, seeds int) map[string]any {
	g := map[string]any{"task": tasks, "actor": []string{k.Actor}, "seed": make([]int, seeds)}
	for i := range seeds {
		g["seed"].([]int)[i] = i
	}
	if k.Coding != "" {
		g["coding"] = []string{k.Coding}
	}
	if k.Neuron != "" {
		g["neuron"] = []string{k.Neuron}
	}
	return g
}

// Runs returns those of the runs that are of this kind on a task, in the order
// of their seeds.
func (k Kind) Runs(task string, runs []*mdcsan.Results) []*mdcsan.Results {
	var mine []*mdcsan.Results
	want := essence(k.config(task))
	for _, r := range runs {
		if len(r.Steps) > 0 && reflect.DeepEqual(essence(r.Config()), want) {
			mine = append(mine, r)
		}
	}
	slices.SortFunc(mine, func(a, b *mdcsan.Results) int { return int(a.Config().Seed) - int(b.Config().Seed) })
	return mine
}

// essence clears what does not set one kind apart from another: the seed, the
// length and what has no meaning for the actor.
func essence(c mdcsan.Config) mdcsan.Config {
	c.Seed, c.Dir, c.Steps, c.CheckpointEvery, c.TensorBoard = 0, "", 0, 0, false
	switch c.Actor {
	case "dan", "popdan":
		c.Coding, c.Neuron = "", ""
	case "lif":
		c.Neuron = ""
	}
	return c
}

// Open reads the results of all runs in and below the given folders; a folder
// without any, or that is not there, has none.
func Open(folders ...string) ([]*mdcsan.Results, error) {
	var all []*mdcsan.Results
	for _, folder := range folders {
		runs, err := mdcsan.OpenRuns(folder)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, experiment.ErrNoRuns) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, runs...)
	}
	return all, nil
}

// Curve is the runs of a kind on a task as one curve of plotting.LearningCurves.
func (k Kind) Curve(task string, runs []*mdcsan.Results) plotting.Series {
	s := plotting.Series{Name: k.Name}
	for _, r := range k.Runs(task, runs) {
		if len(r.Steps) > len(s.Steps) {
			s.Steps = r.Steps
		}
		s.Runs = append(s.Runs, r.Mean)
	}
	if n := len(s.Runs); n > 0 {
		s.Name = fmt.Sprintf("%s (%s)", k.Name, plural(n, "seed"))
	}
	return s
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// short is a commit as people write it.
func short(commit string) string {
	hash, dirty, _ := strings.Cut(commit, "+")
	if len(hash) > 7 {
		hash = hash[:7]
	}
	if dirty != "" {
		return hash + "+" + dirty
	}
	return hash
}
