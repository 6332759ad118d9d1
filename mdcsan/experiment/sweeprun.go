package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"gomdcsan/mdcsan/checkpoint"
)

// SweepRun is a sweep at work, in this process or on a cluster. Its methods
// may be called from any goroutine.
type SweepRun struct {
	Runs []Config

	stop   func()
	detach context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	states []SweepState
	note   string
}

// The states of a sweep's run.
const (
	Waiting   = "waiting"
	Running   = "running"
	Elsewhere = "running elsewhere" // another process has it; it is watched until that ends
	Done      = "done"
	Stopped   = "stopped" // saved; starting the sweep again goes on
	Failed    = "failed"
)

// SweepState is how one run of a sweep stands.
type SweepState struct {
	Config   Config
	State    string
	Progress Progress // of the session, without Run
	Err      error    // why it failed
	Log      string   // on a cluster the file with what the job printed
}

// newSweepRun looks what is there of the runs already.
func newSweepRun(s *Sweep) (*SweepRun, error) {
	runs, err := s.Runs()
	if err != nil {
		return nil, err
	}
	w := &SweepRun{Runs: runs, done: make(chan struct{}), states: make([]SweepState, len(runs))}
	for i, c := range runs {
		done, err := isDone(c)
		if err != nil {
			return nil, err
		}
		w.states[i] = SweepState{Config: c, State: Waiting, Progress: Progress{Steps: c.Steps}}
		if done {
			w.states[i].State = Done
			w.states[i].Progress = progressOf(c)
		}
	}
	return w, nil
}

// isDone looks whether a run of the sweep is complete already, here or as a
// stored result. A folder with other settings is an error: its results would
// pass for this run's.
func isDone(c Config) (bool, error) {
	m, err := ReadManifest(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if a, b := identity(m.Config.Meaningful()), identity(c.Meaningful()); !reflect.DeepEqual(a, b) {
		return false, fmt.Errorf("sweep: %s holds a run with other settings than the sweep's:%s; move it away or change the sweep's dir", c.Dir, differences(a, b))
	}
	if m.Stored {
		return storedDone(c)
	}
	r, err := ReadResults(c.Dir)
	if err != nil {
		return false, nil // resuming says what is wrong, or mends it
	}
	ck, err := checkpoint.ReadEntries(filepath.Join(c.Dir, latestName), "run/counters")
	if errors.Is(err, fs.ErrNotExist) {
		return r.complete(c.Steps) && len(r.Steps) > 0, nil // of a finished run the checkpoint may go
	}
	s := &state{}
	if err == nil {
		err = s.readCounters(ck)
	}
	return err == nil && s.complete(c.Steps) && len(r.Notes) == 0, nil
}

// storedDone is isDone for a folder of stored results. One with fewer steps
// cannot be gone on with.
func storedDone(c Config) (bool, error) {
	r, err := ReadResults(c.Dir)
	if err != nil {
		return false, err
	}
	if len(r.Steps) > 0 && r.complete(c.Steps) {
		return true, nil
	}
	return false, fmt.Errorf("sweep: %s holds the stored results of fewer steps, from which nothing can be resumed; give the sweep another dir", c.Dir)
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

// progressOf tells from its folder how far a run is, whoever trains it.
func progressOf(c Config) Progress {
	p := Progress{Steps: c.Steps}
	if s, err := ReadStatus(c.Dir); err == nil {
		p.Step, p.StepsPerSecond, p.Left = s.Step, s.StepsPerSecond, time.Duration(s.SecondsLeft*float64(time.Second))
	}
	if r, err := ReadResults(c.Dir); err == nil && len(r.Steps) > 0 {
		n := len(r.Steps) - 1
		p.Evaluation = &Evaluation{Step: int(r.Steps[n]), Mean: r.Mean[n], Std: r.Std[n]}
		p.Step = max(p.Step, p.Evaluation.Step)
	}
	return p
}

// TrainInFolder begins or resumes the run in c.Dir; a complete one is left as
// it is. A panic is the run's failure, not the sweep's.
func TrainInFolder(ctx context.Context, c Config, observe Observer) (err error) {
	if done, err := isDone(c); done || err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if !errors.Is(err, ErrLocked) { // then the folder is another's
			KeepFailure(c.Dir, err)
		}
	}()
	parts := Parts{oneCore: true}
	r, err := Resume(c.Dir, c.Steps, parts)
	if errors.Is(err, fs.ErrNotExist) && !exists(filepath.Join(c.Dir, manifestName)) {
		r, err = New(c, parts)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Train(ctx, observe)
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

// Note is a word on the sweep as a whole, such as that the cluster does not
// answer; mostly empty.
func (w *SweepRun) Note() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.note
}

func (w *SweepRun) setNote(note string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note = note
}

// Stop saves and ends the runs under way, on a cluster too; Wait waits for
// that.
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
	w.detach()
	var errs []error
	for i := range w.Runs {
		if s := w.State(i); s.State == Failed {
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
			first, _, _ := strings.Cut(state.Err.Error(), "\n")
			text += ": " + first
		case state.State == Running || state.State == Elsewhere || state.Progress.Evaluation != nil:
			text += ", " + state.Progress.String()
		}
		s.add(filepath.Base(state.Config.Dir), "%s", text)
	}
	if note := w.Note(); note != "" {
		s.add("", "%s", note)
	}
	return s.bundle()
}

func (w *SweepRun) String() string { return w.MimeBundle()["text/plain"].(string) }
