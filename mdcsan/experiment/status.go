package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gomdcsan/mdcsan/checkpoint"
)

// Status is how a run stood a moment ago, for those who watch it from another
// process. It is not part of the results.
type Status struct {
	Step           int     `json:"step"`
	Steps          int     `json:"steps"`
	StepsPerSecond float64 `json:"steps_per_second"`
	SecondsLeft    float64 `json:"seconds_left"`
	TrainReturn    float64 `json:"train_return"` // of the last training episode
	Unix           int64   `json:"unix_time"`
	Running        bool    `json:"-"` // a process is at work on the run
}

const (
	statusName  = "status.json"
	statusEvery = time.Second
)

// writeStatus replaces the status file at most once a second. It is neither
// synced nor missed when it fails.
func (f *files) writeStatus(p Progress, now bool) {
	if f == nil || !now && time.Since(f.statusAt) < statusEvery {
		return
	}
	f.statusAt = time.Now()
	s := Status{Step: p.Step, Steps: p.Steps, StepsPerSecond: p.StepsPerSecond, SecondsLeft: p.Left.Seconds(), TrainReturn: p.Return, Unix: f.statusAt.Unix()}
	data, err := json.Marshal(s)
	if err != nil || f.claim(statusName) != nil {
		return
	}
	if temp := f.temporary(statusName); os.WriteFile(temp, append(data, '\n'), 0o644) == nil {
		_ = os.Rename(temp, f.path(statusName))
	}
}

// ReadStatus tells how the run in a folder stands.
func ReadStatus(dir string) (Status, error) {
	var s Status
	data, err := os.ReadFile(filepath.Join(dir, statusName))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	s.Running = isLocked(dir)
	ck, ckErr := checkpoint.ReadEntries(filepath.Join(dir, latestName), "run/counters")
	at := &state{}
	if ckErr == nil {
		ckErr = at.readCounters(ck)
	}
	if m, err := ReadManifest(dir); err == nil && m.Stored {
		return Status{}, nil // nothing trains there
	}
	if ckErr == nil && !s.Running { // what the process wrote that died may be later, or damaged
		s.Step = at.step
		return s, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("experiment: status of %s: %w", dir, err)
	}
	return s, nil
}
