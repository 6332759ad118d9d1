package experiment

import (
	"context"
	"fmt"
	"path/filepath"

	"gomdcsan/mdcsan/env"
)

// Results are what a run's folder holds, read without its networks.
type Results struct {
	Dir      string
	Manifest *Manifest
	Steps    []float64 // of the evaluations
	Mean     []float64 // their mean returns
	Std      []float64 // and standard deviations over episodes
}

// ReadResults reads a run's folder, also while the run goes on.
func ReadResults(dir string) (*Results, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	r := &Results{Dir: dir, Manifest: m}
	path := filepath.Join(dir, progressName)
	if !exists(path) { // no evaluation yet
		return r, nil
	}
	columns, err := readTable(path, "step", "eval_mean", "eval_std")
	if err != nil {
		return nil, err
	}
	r.Steps, r.Mean, r.Std = columns[0], columns[1], columns[2]
	return r, nil
}

// Config returns the run's settings.
func (r *Results) Config() Config { return r.Manifest.Config }

// Done reports whether the run's last evaluation is there.
func (r *Results) Done() bool {
	c, n := r.Manifest.Config, len(r.Steps)
	last := c.Steps - c.Steps%c.EvalEvery
	return last == 0 || n > 0 && r.Steps[n-1] >= float64(last)
}

// Best returns the highest mean return and its step.
func (r *Results) Best() (mean, step float64) {
	for i, x := range r.Mean {
		if i == 0 || x > mean {
			mean, step = x, r.Steps[i]
		}
	}
	return mean, step
}

func (r *Results) String() string { return r.summary().String() }

// MimeBundle shows the results in short.
func (r *Results) MimeBundle() map[string]any { return r.summary().bundle() }

func (r *Results) summary() *summary {
	c := r.Manifest.Config
	s := &summary{title: fmt.Sprintf("Run of %s, seed %d", c.Name(), c.Seed)}
	if n := len(r.Steps); n > 0 {
		best, step := r.Best()
		s.add("evaluations", "%d of %d", n, c.Steps/c.EvalEvery)
		s.add("last return", "%.1f ± %.1f at step %.0f", r.Mean[n-1], r.Std[n-1], r.Steps[n-1])
		s.add("best return", "%.1f at step %.0f", best, step)
	}
	if n := len(r.Manifest.Sessions); n > 0 {
		s.add("commit", "%s", r.Manifest.Sessions[n-1].Commit)
	}
	s.add("folder", "%s", r.Dir)
	return s
}

// EvaluateRandom runs n episodes of uniformly random actions in c's task.
func EvaluateRandom(ctx context.Context, c Config, n int) (*Evaluation, error) {
	e, err := newEnv(c, Parts{})
	if err != nil {
		return nil, err
	}
	spec := e.Spec()
	if err := e.Close(); err != nil {
		return nil, err
	}
	return evaluateRandom(ctx, func() (env.Env, error) { return newEnv(c, Parts{}) }, spec, n, c.Seed)
}
