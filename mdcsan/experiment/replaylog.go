package experiment

import (
	"fmt"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/replay"
)

// replayLog keeps the replay buffer on disk: each checkpoint adds one chunk
// with the transitions since the one before, so that saving costs what is new
// and not what is there. Chunks that the ring has overwritten are dropped.
type replayLog struct {
	log   *checkpoint.Log
	saved uint64 // transitions before this number are in the log
	state replayState
}

// replayState goes into the checkpoint.
type replayState struct {
	Log    checkpoint.LogState `json:"log"`
	Need   int64               `json:"need"`   // the first chunk that still matters
	Starts []uint64            `json:"starts"` // first transition of chunks Need, Need+1, ...
	Added  uint64              `json:"added"`  // transitions ever added
}

const (
	replayPrefix     = "replay" // replay-000000.log, ...
	chunksPerSegment = 8
)

func newReplayLog(f *files) (*replayLog, error) {
	log, err := checkpoint.NewLog(f.dir, replayPrefix, chunksPerSegment, f)
	return &replayLog{log: log}, err
}

func openReplayLog(f *files, ck *checkpoint.File) (*replayLog, error) {
	l := &replayLog{}
	if err := ck.JSON("replay/log", &l.state); err != nil {
		return nil, err
	}
	l.saved = l.state.Added
	var err error
	l.log, err = checkpoint.OpenLog(f.dir, replayPrefix, l.state.Log, f)
	return l, err
}

// save writes what the buffer got since the last time.
func (l *replayLog) save(b *replay.Buffer) (replayState, error) {
	s := &l.state
	if l.saved < b.Oldest() { // the ring has turned past the log: begin anew
		l.saved, s.Need, s.Starts = b.Oldest(), l.log.Records(), nil
	}
	if b.Added() > l.saved {
		s.Starts = append(s.Starts, l.saved)
		l.log.Append(b.AppendRows(nil, l.saved, b.Added()))
		l.saved = b.Added()
	}
	for len(s.Starts) > 1 && s.Starts[1] <= b.Oldest() {
		s.Need++
		s.Starts = s.Starts[1:]
	}
	s.Added = b.Added()
	l.log.DropBefore(s.Need)
	var err error
	s.Log, err = l.log.Flush()
	return *s, err
}

// load fills an empty buffer again.
func (l *replayLog) load(capacity, obsDim, actDim int) (*replay.Buffer, error) {
	s := l.state
	if len(s.Starts) == 0 {
		return replay.NewAt(capacity, obsDim, actDim, s.Added), nil
	}
	b := replay.NewAt(capacity, obsDim, actDim, s.Starts[0])
	for i := range s.Log.Segments {
		chunks, first, err := l.log.ReadSegment(i)
		if err != nil {
			return nil, err
		}
		for k, c := range chunks {
			if first+int64(k) < s.Need {
				continue
			}
			if err := b.Load(c); err != nil {
				return nil, fmt.Errorf("experiment: segment %d of the replay log: %w", i, err)
			}
		}
	}
	if b.Added() != s.Added {
		return nil, fmt.Errorf("experiment: the replay log ends at transition %d, the checkpoint at %d: %w", b.Added(), s.Added, checkpoint.ErrCorrupt)
	}
	return b, nil
}
