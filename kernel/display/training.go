package display

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"gomdcsan/mdcsan"
	"gomdcsan/mdcsan/experiment"
	"gomdcsan/plotting"
)

// Training returns an observer for mdcsan.Train that shows a progress bar and
// the learning curve while a run goes on:
//
//	run, err := mdcsan.Train(display.Context(), cfg, display.Training())
//
// One observer may follow several runs, one after the other or side by side:
// each gets its bar and its curve in one figure. Levels are returns to compare
// with, such as that of a random policy.
func Training(levels ...plotting.Reference) mdcsan.Observer {
	v := &trainingView{levels: levels, runs: map[*mdcsan.Run]*watched{}}
	return v.observe
}

// trainingView is what an observer shows.
type trainingView struct {
	mu     sync.Mutex
	levels []plotting.Reference
	fig    *Figure
	runs   map[*mdcsan.Run]*watched
	order  []*watched
}

// watched is one run of a trainingView.
type watched struct {
	curve  plotting.TrainingRun
	task   string
	seed   uint64
	steps  int
	bar    *Bar
	unhook func() bool
	active bool
}

func (v *trainingView) observe(p mdcsan.Progress) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w := v.runs[p.Run]
	if w == nil || p.Kind == experiment.Started {
		w = v.start(p)
	}
	switch p.Kind {
	case experiment.Episode:
		v.fig.stale = true
		w.curve.EpisodeSteps = append(w.curve.EpisodeSteps, float64(p.Step))
		w.curve.EpisodeReturns = append(w.curve.EpisodeReturns, p.Return)
	case experiment.Evaluated:
		v.fig.stale = true
		w.evaluated(p.Evaluation)
		w.bar.Note("%s", returns(p))
	case experiment.Warned:
		Show(Markdown("**" + w.curve.Name + ":** " + p.Message))
	}
	w.bar.Set(p.Step)
	if p.Kind == experiment.Finished {
		w.finish()
	}
	v.fig.catchUp()
	if v.idle() {
		v.fig.Close()
	}
}

func returns(p mdcsan.Progress) string {
	s := fmt.Sprintf("return %.0f", p.Evaluation.Mean)
	if p.Best != nil && p.Best.Step != p.Evaluation.Step {
		s += fmt.Sprintf(" (best %.0f)", p.Best.Mean)
	}
	return s
}

// start shows a run's bar, or goes on with that of a run that was interrupted.
func (v *trainingView) start(p mdcsan.Progress) *watched {
	w := v.runs[p.Run]
	if w == nil {
		w = &watched{}
		if r := p.Run; r != nil {
			w.task, w.seed = r.Config.Task, r.Config.Seed
			w.curve.Name = fmt.Sprintf("%s, seed %d", actorName(r.Config.Actor), r.Config.Seed)
			for _, e := range r.Evaluations { // of sessions before this one
				w.evaluated(e)
			}
		}
		v.runs[p.Run] = w
		v.order = append(v.order, w)
	}
	w.steps, w.active = p.Steps, true
	w.bar = Progress(w.curve.Name, p.Steps)
	// An interrupted run sends no last report.
	w.unhook = context.AfterFunc(Context(), w.bar.Close)
	if v.fig == nil {
		v.fig = Live(v.draw)
	}
	return w
}

// actorName is how the paper writes an actor's name.
func actorName(actor string) string {
	switch actor {
	case "mdcsan":
		return "MDC-SAN"
	case "lif":
		return "LIF-SAN"
	case "popdan":
		return "Pop-DAN"
	}
	return strings.ToUpper(actor)
}

func (w *watched) evaluated(e *mdcsan.Evaluation) {
	if e == nil {
		return
	}
	w.curve.Steps = append(w.curve.Steps, float64(e.Step))
	w.curve.Mean = append(w.curve.Mean, e.Mean)
	w.curve.Std = append(w.curve.Std, e.Std)
}

func (w *watched) finish() {
	w.unhook()
	w.bar.Close()
	w.active = false
}

func (v *trainingView) idle() bool {
	for _, w := range v.order {
		if w.active {
			return false
		}
	}
	return true
}

func (v *trainingView) draw() any {
	var curves []plotting.TrainingRun
	title, steps := "", 0
	for _, w := range v.order {
		curves = append(curves, w.curve)
		steps = max(steps, w.steps)
		if !strings.Contains(title, w.task) {
			title = strings.TrimPrefix(title+", "+w.task, ", ")
		}
	}
	return plotting.TrainingCurves(title, float64(steps), curves, v.levels...)
}
