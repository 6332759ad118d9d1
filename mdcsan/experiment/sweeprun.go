package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"sync"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
)

// SweepRun is a sweep at work. Its methods may be called from any goroutine.
type SweepRun struct {
	Runs []Config

	stop   context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	states []SweepState
}

// SweepState is how one run of a sweep stands.
type SweepState struct {
	Config   Config
	State    string   // waiting, running, done, stopped or failed
	Progress Progress // of the session, without Run
	Err      error    // why it failed
}

// Start does what is missing of the sweep, some runs at a time, and returns at
// once. Runs that are complete are left as they are; runs that were stopped,
// however, are resumed. A run that fails does not stop the others. Stop, or
// the end of ctx, saves the runs under way.
func (s *Sweep) Start(ctx context.Context) (*SweepRun, error) {
	runs, err := s.Runs()
	if err != nil {
		return nil, err
	}
	w := &SweepRun{Runs: runs, done: make(chan struct{}), states: make([]SweepState, len(runs))}
	for i, c := range runs {
		w.states[i] = SweepState{Config: c, State: "waiting", Progress: Progress{Steps: c.Steps}}
		if state, err := stateOf(c); err != nil {
			return nil, err
		} else if state != "" {
			w.states[i].State = state
		}
	}
	ctx, w.stop = context.WithCancel(ctx)
	parallel := s.Parallel
	if parallel <= 0 {
		parallel = runtime.NumCPU()
	}
	todo := make(chan int)
	var workers sync.WaitGroup
	for range min(parallel, len(runs)) {
		workers.Go(func() {
			for i := range todo {
				w.run(ctx, i)
			}
		})
	}
	go func() {
		defer close(w.done)
		for i := range runs {
			if w.State(i).State == "done" {
				continue
			}
			select {
			case todo <- i:
			case <-ctx.Done():
			}
		}
		close(todo)
		workers.Wait()
	}()
	return w, nil
}

// stateOf looks whether a run of the sweep is complete already. A folder with
// other settings is an error: its results would pass for this run's.
func stateOf(c Config) (string, error) {
	m, err := ReadManifest(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	was := m.Config
	was.Dir, was.Steps, was.CheckpointEvery, was.TensorBoard = c.Dir, c.Steps, c.CheckpointEvery, c.TensorBoard
	if !reflect.DeepEqual(was, c) {
		return "", fmt.Errorf("sweep: %s holds a run with other settings than the sweep's: %s; move it away or change the sweep's dir", c.Dir, differences(was, c))
	}
	ck, err := checkpoint.ReadFile(filepath.Join(c.Dir, latestName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	s := newState(0, env.Spec{})
	if err := s.readCounters(ck); err != nil {
		return "", err
	}
	if s.complete(c.Steps) {
		return "done", nil
	}
	return "", nil
}

func differences(a, b Config) string {
	text := ""
	other := b.Settings()
	for i, f := range a.Settings() {
		if !reflect.DeepEqual(f.Value.Interface(), other[i].Value.Interface()) {
			text += fmt.Sprintf(" %s is %v there and %v here", f.Name, f.Value, other[i].Value)
		}
	}
	return text
}

// run does one run of the sweep to its end.
func (w *SweepRun) run(ctx context.Context, i int) {
	c := w.Runs[i]
	w.set(i, func(s *SweepState) { s.State = "running" })
	err := TrainInFolder(ctx, c, func(p Progress) {
		p.Run = nil
		w.set(i, func(s *SweepState) { s.Progress = p })
	})
	w.set(i, func(s *SweepState) {
		var stop *InterruptedError
		switch {
		case err == nil:
			s.State = "done"
		case errors.As(err, &stop):
			s.State = "stopped"
		default:
			s.State, s.Err = "failed", err
		}
	})
}

// TrainInFolder begins or resumes the run in c.Dir. A panic is the run's
// failure, not the sweep's.
func TrainInFolder(ctx context.Context, c Config, observe Observer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		writeFailure(c.Dir, err)
	}()
	r, err := Resume(c.Dir, c.Steps, Parts{})
	if errors.Is(err, fs.ErrNotExist) && !exists(filepath.Join(c.Dir, manifestName)) {
		r, err = New(c, Parts{})
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Train(ctx, observe)
}

// writeFailure leaves the reason of a failed run in its folder.
func writeFailure(dir string, err error) {
	path := filepath.Join(dir, "error.txt")
	var stop *InterruptedError
	if err == nil || errors.As(err, &stop) {
		_ = os.Remove(path)
		return
	}
	_ = os.WriteFile(path, []byte(err.Error()+"\n"), 0o644) // the error is returned as well
}

func (w *SweepRun) set(i int, change func(*SweepState)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.states[i])
}

// State returns how run i stands.
func (w *SweepRun) State(i int) SweepState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.states[i]
}

// Stop saves and ends the runs under way; Wait waits for that.
func (w *SweepRun) Stop() { w.stop() }

// Done reports whether nothing is at work any more.
func (w *SweepRun) Done() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// Wait returns when nothing is at work any more. The error joins those of the
// runs that failed; stopped runs are an *InterruptedError's reason to resume.
func (w *SweepRun) Wait() error {
	<-w.done
	w.stop()
	var errs []error
	for i := range w.Runs {
		if s := w.State(i); s.State == "failed" {
			errs = append(errs, fmt.Errorf("sweep: %s: %w", s.Config.Dir, s.Err))
		}
	}
	return errors.Join(errs...)
}

// Results reads what the runs have written so far, in the order of Runs; a run
// that has not begun is nil.
func (w *SweepRun) Results() ([]*Results, error) {
	out := make([]*Results, len(w.Runs))
	for i, c := range w.Runs {
		r, err := ReadResults(c.Dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil {
			out[i] = r
		}
	}
	return out, nil
}

// MimeBundle shows how the sweep stands.
func (w *SweepRun) MimeBundle() map[string]any {
	s := &summary{title: fmt.Sprintf("Sweep of %d runs", len(w.Runs))}
	for i := range w.Runs {
		state := w.State(i)
		text := state.State
		switch {
		case state.Err != nil:
			text += ": " + state.Err.Error()
		case state.State == "running" || state.Progress.Evaluation != nil:
			text += ", " + state.Progress.String()
		}
		s.add(filepath.Base(state.Config.Dir), "%s", text)
	}
	return s.bundle()
}
