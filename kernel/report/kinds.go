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

	Actor, Coding, Neuron string  // as in mdcsan.Config
	ActorRate             float64 // the actor's learning rate where it is not the paper's
}

// Actors are the lines of Fig. 4 and the rows of Table 1, and Pop-DAN at the
// spiking actors' learning rate: at the 1e-3 that the paper gives it, its two
// linear layers behind one another drive tanh into saturation within some
// dozens of updates on Hopper, from where many seeds never come back.
func Actors() []Kind {
	return []Kind{
		{Name: "MDC-SAN", Paper: "MDC-SAN", Actor: "mdcsan", Coding: "pop", Neuron: "dn"},
		{Name: "Pop-DAN", Paper: "Pop-DAN", Actor: "popdan"},
		{Name: "DAN", Paper: "DAN", Actor: "dan"},
		{Name: "Pop-DAN at 1e-4", Paper: "Pop-DAN", Actor: "popdan", ActorRate: 1e-4},
	}
}

// Codings are the lines of Fig. 5, and the two rate codings without a
// population that the paper leaves out.
func Codings() []Kind {
	return []Kind{
		{Name: "Cpop", Paper: "Cpop", Actor: "mdcsan", Coding: "pop", Neuron: "dn"},
		{Name: "Cpop+Cdet", Paper: "Cpop+Cdet", Actor: "mdcsan", Coding: "pop+det", Neuron: "dn"},
		{Name: "Cpop+Cuni", Paper: "Cpop+Cuni", Actor: "mdcsan", Coding: "pop+uni", Neuron: "dn"},
		{Name: "Cpop+Cpoi", Paper: "Cpop+Cpoi", Actor: "mdcsan", Coding: "pop+poi", Neuron: "dn"},
		{Name: "Cpoi", Paper: "Cpoi", Actor: "mdcsan", Coding: "poi", Neuron: "dn"},
		{Name: "Cuni", Actor: "mdcsan", Coding: "uni", Neuron: "dn"},
		{Name: "Cdet", Actor: "mdcsan", Coding: "det", Neuron: "dn"},
	}
}

// Neurons are the lines of Fig. 7.
func Neurons() []Kind {
	return []Kind{{Name: "DN", Paper: "DN", Actor: "mdcsan", Coding: "pop", Neuron: "dn"}, {Name: "LIF", Paper: "LIF", Actor: "lif", Coding: "pop"}}
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
	c.ActorRate = k.ActorRate
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
	if k.ActorRate != 0 {
		g["actor_rate"] = []float64{k.ActorRate}
	}
	return g
}

// Runs returns those of the runs that are of this kind on a task, in the order
// of their seeds.
func (k Kind) Runs(task string, runs []*mdcsan.Results) []*mdcsan.Results {
	var mine []*mdcsan.Results
	want := k.config(task).Essence()
	for _, r := range runs {
		if len(r.Steps) > 0 && reflect.DeepEqual(r.Config().Essence(), want) {
			mine = append(mine, r)
		}
	}
	slices.SortFunc(mine, func(a, b *mdcsan.Results) int { return int(a.Config().Seed) - int(b.Config().Seed) })
	return mine
}

// Comparable returns those of a kind's runs on a task over which a mean says
// something: those with at least half as many evaluations as the longest. The
// others are named, such as "seed 1 (10,000 steps)".
func (k Kind) Comparable(task string, runs []*mdcsan.Results) (long []*mdcsan.Results, short []string) {
	mine, most := k.Runs(task, runs), 0
	for _, r := range mine {
		most = max(most, len(r.Steps))
	}
	for _, r := range mine {
		if 2*len(r.Steps) >= most {
			long = append(long, r)
		} else {
			short = append(short, fmt.Sprintf("seed %d (%s steps)", r.Config().Seed, thousands(r.Steps[len(r.Steps)-1])))
		}
	}
	return long, short
}

// Open reads the results of all runs in and below the given folders; a folder
// without any, or that is not there, has none. A run found twice counts once.
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
	return experiment.Distinct(all), nil
}

// Curve is the runs of a kind on a task as one curve of plotting.LearningCurves,
// smoothed as the paper does where there are evaluations enough.
func (k Kind) Curve(task string, runs []*mdcsan.Results) plotting.Series {
	return k.curveOf(k.Runs(task, runs))
}

func (k Kind) curveOf(mine []*mdcsan.Results) plotting.Series {
	s := plotting.Series{Name: k.Name}
	for _, r := range mine {
		if len(r.Steps) > len(s.Steps) {
			s.Steps = r.Steps
		}
		s.Runs = append(s.Runs, r.Mean)
	}
	if len(s.Steps) >= plotting.PaperSmoothing {
		s.Smooth = plotting.PaperSmoothing
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
