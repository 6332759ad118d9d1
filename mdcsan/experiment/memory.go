package experiment

import (
	"errors"
	"fmt"

	"gomdcsan/mdcsan/env"
)

// ErrMemory is wrapped by the error of a run that cannot fit into the memory
// that this process may have.
var ErrMemory = errors.New("not enough memory")

// besides is what a run takes beside its replay buffer: networks, their
// optimizers, environments of evaluations.
const besides = 200 << 20

// replayBytes is what the replay buffer has grown to when the run is over: a
// row [obs | act | reward] in float32 and a flag for each transition it keeps.
func (c Config) replayBytes(s env.Spec) uint64 {
	return uint64(min(c.Replay, c.Steps)) * uint64(4*(s.ObsDim+s.ActDim+1)+1)
}

// checkMemory refuses a run that would be killed, or die, on its way: the
// replay buffer grows until the last step.
func (c Config) checkMemory(s env.Spec) error {
	need := c.replayBytes(s) + besides
	for _, r := range memoryRoom() {
		if need > r.free {
			return fmt.Errorf("experiment: %w: %d transitions of %s take %s in the replay buffer, and with the rest the run needs %s, but %s leaves %s: train with fewer --steps, or keep fewer transitions, such as --replay %d",
				ErrMemory, min(c.Replay, c.Steps), s.Name, gigabytes(c.replayBytes(s)), gigabytes(need), r.what, gigabytes(r.free), c.fitting(s, r.free))
		}
	}
	return nil
}

// fitting is a number of transitions for which so many bytes are enough.
func (c Config) fitting(s env.Spec, free uint64) uint64 {
	if free <= besides {
		return 1000
	}
	return max(1000, (free-besides)/uint64(4*(s.ObsDim+s.ActDim+1)+1)/1000*1000)
}

func gigabytes(n uint64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

// room is what one limit leaves this process.
type room struct {
	what string
	free uint64
}
