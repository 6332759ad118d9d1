//go:build cgo && (linux || darwin)

package mujoco

import (
	"encoding/binary"
	"slices"
	"testing"
)

// TestStatesOfEarlierPrograms: what was saved with the version as 222 for 2.2.2
// is taken up.
func TestStatesOfEarlierPrograms(t *testing.T) {
	s := newSim(t)
	reset(t, s)
	state := s.AppendState(nil)
	v := savedVersion(state)
	if v%1000 > 9 || v/1000%1000 > 9 {
		t.Skip("earlier programs knew no such version")
	}
	old := slices.Clone(state)
	binary.LittleEndian.PutUint32(old[len(stateTag)+1:], uint32(v/1_000_000*100+v/1000%1000*10+v%1000))
	if err := s.RestoreState(old); err != nil {
		t.Error(err)
	}
}
