package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Start does what is missing of the sweep, some runs at a time, and returns at
// once. Runs that are complete are left as they are; runs that were stopped,
// however, are resumed, and one that another process is training is watched. A
// run that fails does not stop the others. Stop, or the end of ctx, saves the
// runs under way.
func (s *Sweep) Start(ctx context.Context) (*SweepRun, error) {
	w, err := newSweepRun(s)
	if err != nil {
		return nil, err
	}
	ctx, w.detach = context.WithCancel(ctx)
	w.stop = w.detach
	parallel := s.Parallel
	if parallel <= 0 {
		parallel = runtime.NumCPU()
	}
	todo := make(chan int)
	var workers sync.WaitGroup
	for range min(parallel, len(w.Runs)) {
		workers.Go(func() {
			for i := range todo {
				w.run(ctx, i)
			}
		})
	}
	go func() {
		defer close(w.done)
		for i := range w.Runs {
			if w.State(i).State == Done {
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

// run does one run of the sweep to its end.
func (w *SweepRun) run(ctx context.Context, i int) {
	c := w.Runs[i]
	w.set(i, func(s *SweepState) { s.State = Running })
	observe := func(p Progress) {
		p.Run = nil
		w.set(i, func(s *SweepState) { s.State, s.Progress = Running, p })
	}
	err := TrainInFolder(ctx, c, observe)
	for errors.Is(err, ErrLocked) && ctx.Err() == nil {
		w.set(i, func(s *SweepState) { s.State, s.Progress = Elsewhere, progressOf(c) })
		sleep(ctx, time.Second)
		if !isLocked(c.Dir) { // it has ended there, or died
			err = TrainInFolder(ctx, c, observe)
		}
	}
	w.set(i, func(s *SweepState) {
		var stop *InterruptedError
		switch {
		case err == nil:
			s.State, s.Progress = Done, progressOf(c)
		case errors.As(err, &stop), errors.Is(err, ErrLocked):
			s.State = Stopped
		default:
			s.State, s.Err = Failed, err
		}
	})
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

const failureName = "error.txt" // why the run failed

// ReadFailure returns why the run in a folder failed; "" if it did not.
func ReadFailure(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, failureName))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// KeepFailure leaves the reason why a run failed in its folder, if that is a
// run's, for watch and sweeps; of a run that ended well or was stopped it takes
// an earlier reason away.
func KeepFailure(dir string, err error) {
	if m, err := ReadManifest(dir); err != nil || m.Stored || m.Files == nil {
		return
	}
	lock, lockErr := lockFolder(dir)
	if lockErr != nil {
		return // another process has taken the run up
	}
	defer lock.Close() // works for nil too
	m, readErr := ReadManifest(dir)
	if readErr != nil {
		return
	}
	f := folder{dir: dir, manifest: *m}
	var stop *InterruptedError
	if err == nil || errors.As(err, &stop) {
		if _, listed := m.Files[failureName]; listed {
			_ = f.remove(failureName) // what is not the run's stays
		}
		return
	}
	if f.take() == nil {
		_ = f.write(failureName, []byte(err.Error()+"\n")) // the error is returned as well
	}
}
