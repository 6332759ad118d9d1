package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"gomdcsan/mdcsan/env"
)

// Results are what a run's folder holds, read without its networks.
type Results struct {
	Dir      string
	Manifest *Manifest
	Steps    []float64 // of the evaluations
	Mean     []float64 // their mean returns
	Std      []float64 // and standard deviations over episodes
	Notes    []string  // what was found wrong and could be mended, or not be compared

	progress, evaluations []byte // the tables of these evaluations
	vouched               int    // evaluations that the checkpoint or the manifest vouches for
}

// ReadResults reads a run's folder, also while the run goes on. The tables are
// compared with each other, with the checkpoint and with the manifest: what
// the checkpoint knows better is taken from there, with a note; what nobody
// can mend is an error that names file and row.
func ReadResults(dir string) (*Results, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	r := &Results{Dir: dir, Manifest: m}
	w, err := summon(dir, m)
	if err != nil {
		return nil, err
	}
	progress, err1 := w.text(dir, progressName) // first: evaluations.csv is written before it
	evaluations, err2 := w.text(dir, evaluationsName)
	_, err3 := w.text(dir, episodesName) // nothing here needs it
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if len(progress) == 0 && len(w.history) == 0 && bytes.Count(evaluations, []byte("\n")) <= 1 { // no evaluation yet
		return r, w.vouch(r, nil)
	}
	rows, err := compareTables(progress, evaluations, w.exactFrom())
	if err != nil {
		return nil, fmt.Errorf("experiment: %s: %w", dir, err)
	}
	r.Steps, r.Mean, r.Std = rows.steps, rows.mean, rows.std
	r.vouched = min(w.vouched, len(r.Steps))
	r.progress = head(progress, 1+len(rows.steps))
	if !rows.missing {
		r.evaluations = head(evaluations, 1+rows.episodes)
	}
	return r, w.vouch(r, rows)
}

// vouch says what the witness has to say about results.
func (w *witness) vouch(r *Results, rows *evaluationRows) error {
	if rows != nil {
		if err := w.agrees(r.Dir, rows); err != nil {
			return err
		}
		if rows.missing {
			w.notes = append(w.notes, fmt.Sprintf("%s is gone: nothing to compare %s with", filepath.Join(r.Dir, evaluationsName), progressName))
		}
		if rows.behind {
			w.notes = append(w.notes, fmt.Sprintf("%s lacks the episodes of the last evaluation in %s; it is left out", filepath.Join(r.Dir, evaluationsName), progressName))
		}
		if rows.ahead && !isLocked(r.Dir) {
			w.notes = append(w.notes, fmt.Sprintf("%s has episodes of an evaluation that %s lacks; it is left out", filepath.Join(r.Dir, evaluationsName), progressName))
		}
	} else if _, listed := r.Manifest.Files[progressName]; listed {
		w.notes = append(w.notes, fmt.Sprintf("%s is gone: no results", filepath.Join(r.Dir, progressName)))
	}
	r.Notes = w.notes
	return nil
}

// Config returns the run's settings.
func (r *Results) Config() Config { return r.Manifest.Config }

// Done reports whether the run's last evaluation is there.
func (r *Results) Done() bool { return r.complete(r.Manifest.Config.Steps) }

// complete is Done for a run of so many steps.
func (r *Results) complete(steps int) bool {
	n, last := len(r.Steps), steps-steps%r.Manifest.Config.EvalEvery
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

func (r *Results) addNote(note string) {
	if !slices.Contains(r.Notes, note) {
		r.Notes = append(r.Notes, note)
	}
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
	for _, note := range r.Notes {
		s.add("note", "%s", note)
	}
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
