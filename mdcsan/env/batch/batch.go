// Package batch steps several environments at once, on several cores, as the
// evaluation of a policy does with its ten episodes:
//
//	b := batch.New(envs, 0)
//	defer b.Close()
//	err := b.Reset(running, streams)   // running: 0, 1, ..., 9
//	for len(running) > 0 {
//		// fill b.Act[i] from b.Obs[i] for the i in running, in one network pass
//		b.Step(running)
//		// look at b.Result[i] and b.Err[i]; keep those that go on
//	}
//
// Environments do not see each other, so what happens does not depend on the
// number of workers. A Batch belongs to one goroutine; its workers are idle
// outside Reset and Step, and end with Close. Step does not allocate.
package batch

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

// Batch is a number of environments of one task. Obs, Act, Result and Err hold
// one element per environment.
type Batch struct {
	Envs   []env.Env
	Obs    [][]float64
	Act    [][]float64
	Result []env.Result
	Err    []error

	work    func(i int) // what the workers do to environment i
	which   []int
	next    atomic.Int64 // into which
	wake    chan struct{}
	working sync.WaitGroup // workers that are awake
	workers sync.WaitGroup // workers that live
	helpers int            // workers besides the caller

	reset, step func(i int)
	streams     []*rng.Stream
}

// New returns a batch of the environments with so many workers, the calling
// goroutine included; 0 means one per core. The environments stay the
// caller's, who closes them after the batch.
func New(envs []env.Env, workers int) *Batch {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	n := len(envs)
	b := &Batch{
		Envs: envs, Obs: make([][]float64, n), Act: make([][]float64, n),
		Result: make([]env.Result, n), Err: make([]error, n),
		helpers: max(0, min(workers, n)-1),
	}
	for i, e := range envs {
		s := e.Spec()
		b.Obs[i], b.Act[i] = make([]float64, s.ObsDim), make([]float64, s.ActDim)
	}
	b.step = func(i int) { b.Result[i], b.Err[i] = b.Envs[i].Step(b.Obs[i], b.Act[i]) }
	b.reset = func(i int) { b.Result[i], b.Err[i] = env.Result{}, b.Envs[i].Reset(b.Obs[i], b.streams[i]) }
	b.wake = make(chan struct{}, b.helpers)
	for range b.helpers {
		b.workers.Go(func() {
			for range b.wake {
				b.take()
				b.working.Done()
			}
		})
	}
	return b
}

// Reset starts an episode in each environment named by which, environment i
// drawing from streams[i].
func (b *Batch) Reset(which []int, streams []*rng.Stream) error {
	if len(streams) != len(b.Envs) {
		return fmt.Errorf("batch: %d random streams for %d environments", len(streams), len(b.Envs))
	}
	b.streams = streams
	b.run(which, b.reset)
	var errs []error
	for _, i := range which {
		errs = append(errs, b.Err[i])
	}
	return errors.Join(errs...)
}

// Step applies Act[i] to each environment i named by which and writes Obs[i],
// Result[i] and Err[i].
func (b *Batch) Step(which []int) {
	if len(which) > 1 {
		if v, ok := b.Envs[which[0]].(env.Vector); ok {
			v.StepTogether(b.Envs, which, b.Obs, b.Act, b.Result, b.Err)
			return
		}
	}
	b.run(which, b.step)
}

// Close ends the workers; it may be called again.
func (b *Batch) Close() {
	if b.wake != nil {
		close(b.wake)
		b.workers.Wait()
		b.wake, b.helpers = nil, 0
	}
}

// run does the work for every environment in which and returns when all is
// done. The caller works too.
func (b *Batch) run(which []int, work func(i int)) {
	b.which, b.work = which, work
	b.next.Store(0)
	n := min(b.helpers, len(which)-1)
	for range n {
		b.working.Add(1)
		b.wake <- struct{}{}
	}
	b.take()
	b.working.Wait()
}

// take works on environments until none is left.
func (b *Batch) take() {
	for {
		k := int(b.next.Add(1)) - 1
		if k >= len(b.which) {
			return
		}
		b.work(b.which[k])
	}
}
