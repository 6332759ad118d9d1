package experiment

import (
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"

	"gomdcsan/mdcsan/crew"
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/replay"
	"gomdcsan/mdcsan/snn"
	"gomdcsan/mdcsan/td3"
)

// threads is how many threads are to train a run: numbers do not depend on it.
// A user's own network may share something between its copies and gets more
// than one only when Threads says so.
func (c Config) threads(p Parts) int {
	switch {
	case c.Threads > 0:
		return c.Threads
	case p.oneCore || p.own():
		return 1
	}
	return min(td3.MostThreads, idleCores())
}

// idleCores is how many of this process's cores have nothing to do, going by
// the load of the last minute where the system tells it; at least 1.
func idleCores() int {
	cores := runtime.GOMAXPROCS(0)
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return cores
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return cores
	}
	return max(1, cores-int(math.Round(load)))
}

// pairLearner is a learner that can do two updates at once.
type pairLearner interface {
	Paired() bool
	UpdateTwo(c *crew.Crew, first, second *replay.Batch) ([2]td3.Losses, error)
}

// team is the threads that train a run, and the batch that they need besides
// the run's own; nil with one thread.
type team struct {
	crew   *crew.Crew
	second *replay.Batch
}

func newTeam(threads int, learner Learner, batch *replay.Batch) *team {
	if threads <= 1 {
		return nil
	}
	if agent, ok := learner.(*td3.Agent); ok {
		if twin := twinOf(agent.Actor()); twin != nil {
			agent.Twin(twin)
		}
	}
	return &team{crew.New(threads), replay.NewBatch(batch.N, batch.ObsDim, batch.ActDim)}
}

// twinOf returns a network of the same architecture, or nil where two at once
// would draw random numbers in another order, or its architecture is unknown.
func twinOf(actor td3.Actor) td3.Actor {
	switch a := actor.(type) {
	case *snn.Actor:
		if a.Deterministic() {
			return a.Clone("twin")
		}
	case *nn.DeepActor:
		return a.Clone("twin")
	}
	return nil
}

func (t *team) close() {
	if t != nil {
		t.crew.Close()
	}
}

// updateTwo does the next two updates of the block on all threads; false if
// they must be done one by one.
func (r *Run) updateTwo() (done bool, err error) {
	l, ok := r.Learner.(pairLearner)
	if r.team == nil || r.pendingUpdates < 2 || !ok || !l.Paired() {
		return false, nil
	}
	for _, b := range []*replay.Batch{r.batch, r.team.second} {
		if err := r.buffer.Sample(b, r.sampling); err != nil {
			return false, err
		}
	}
	losses, err := l.UpdateTwo(r.team.crew, r.batch, r.team.second)
	if err != nil {
		return false, err
	}
	r.count(losses[0])
	r.count(losses[1])
	return true, nil
}
