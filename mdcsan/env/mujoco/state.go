//go:build cgo && (linux || darwin)

package mujoco

/*
#include "shim.h"
*/
import "C"

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"unsafe"
)

// stateTag opens a saved state: format and version.
const stateTag = "MJST1"

// AppendState appends all that decides the next step to dst: MuJoCo's
// integration state (time, positions, velocities, warm start, control, applied
// forces) and the results of the last step. A simulation that is closed or
// wants a Reset appends its results only.
func (s *Sim) AppendState(dst []byte) []byte {
	dst = append(dst, stateTag...)
	usable := byte(0)
	clear(s.state)
	if s.d != nil && s.bad == nil {
		usable = 1
		if C.gm_get_state(s.m.p, s.d, (*C.double)(unsafe.SliceData(s.state)), s.text.ptr(), s.text.len()) != 0 {
			usable = 0
		}
		runtime.KeepAlive(s)
	}
	dst = append(dst, usable)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(C.gm_version()))
	for _, block := range [][]float64{s.state, s.io} {
		for _, v := range block {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
		}
	}
	return dst
}

const stateHead = len(stateTag) + 1 + 4

// savedVersion is the version of MuJoCo that saved a state. Programs before the
// one that opens any version wrote mj_version's own number, 222 for 2.2.2.
func savedVersion(state []byte) int {
	v := int(binary.LittleEndian.Uint32(state[len(stateTag)+1:]))
	if v < 1_000_000 {
		v = v/100*1_000_000 + v/10%10*1000 + v%10
	}
	return v
}

// CheckState reports whether RestoreState would take state.
func (s *Sim) CheckState(state []byte) error {
	want := stateHead + 8*(len(s.state)+len(s.io))
	switch {
	case s.d == nil:
		return errClosed
	case len(state) != want || string(state[:len(stateTag)]) != stateTag || state[len(stateTag)] > 1:
		return fmt.Errorf("mujoco: %d bytes are no saved state of this model (want %d that begin with %q)", len(state), want, stateTag)
	}
	if v := savedVersion(state); v != int(C.gm_version()) {
		return fmt.Errorf("mujoco: the state was saved with MuJoCo %s, this is %s: they do not go on to the same bits", versionString(v), Version())
	}
	for i := stateHead; i < len(state); i += 8 {
		if v := math.Float64frombits(binary.LittleEndian.Uint64(state[i:])); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("mujoco: number %d of the saved state is %v", (i-stateHead)/8, v)
		}
	}
	return nil
}

// RestoreState goes back to a state that AppendState appended; when the state
// is refused the simulation is as it was.
func (s *Sim) RestoreState(state []byte) error {
	if err := s.CheckState(state); err != nil {
		return err
	}
	usable := state[len(stateTag)] == 1
	rest := state[stateHead:]
	for _, block := range [][]float64{s.state, s.io} {
		for i := range block {
			block[i] = math.Float64frombits(binary.LittleEndian.Uint64(rest[8*i:]))
		}
		rest = rest[8*len(block):]
	}
	if !usable {
		s.bad = errors.New("restored to a state that wants a Reset")
		return nil
	}
	code := C.gm_set_state(s.m.p, s.d, (*C.double)(unsafe.SliceData(s.state)), s.text.ptr(), s.text.len())
	runtime.KeepAlive(s)
	s.bad = s.failure(code)
	return s.bad
}

// Geoms poses the model and returns the centres (3 numbers each) and rotation
// matrices (9, by rows) of all geoms. It is for pictures: the simulation wants
// a Reset afterwards.
func (s *Sim) Geoms(qpos []float64) (pos, mat []float64, err error) {
	if err := s.Reset(qpos, make([]float64, s.m.nv)); err != nil {
		return nil, nil, err
	}
	pos, mat = s.geoms()
	return pos, mat, nil
}

// geoms are those of the pose that the simulation is in.
func (s *Sim) geoms() (pos, mat []float64) {
	pos, mat = make([]float64, 3*s.m.geom), make([]float64, 9*s.m.geom)
	C.gm_geoms(s.m.p, s.d, (*C.double)(unsafe.SliceData(pos)), (*C.double)(unsafe.SliceData(mat)), s.text.ptr(), s.text.len())
	runtime.KeepAlive(s)
	return pos, mat
}

// setIntegrator lets a test provoke an error inside MuJoCo; it returns the
// integrator before.
func (m *Model) setIntegrator(code int) int {
	return int(C.gm_set_integrator(m.p, C.int(code)))
}
