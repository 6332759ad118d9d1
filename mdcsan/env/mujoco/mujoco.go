//go:build cgo && (linux || darwin)

package mujoco

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"gomdcsan/mdcsan/env"
)

// loading serialises Load, because MuJoCo's compiler keeps process-wide state.
var loading sync.Mutex

// Model is a compiled model: read-only, shared by any number of simulations.
type Model struct {
	p                      *C.mjModel
	nq, nv, nu, body, geom int
}

// Load compiles a model given as MJCF text.
func Load(xml string) (*Model, error) {
	if err := library(); err != nil {
		return nil, err
	}
	loading.Lock()
	defer loading.Unlock()
	return load(xml)
}

// load is Load with the library open and loading locked.
func load(xml string) (*Model, error) {
	cs := C.CString(xml)
	defer C.free(unsafe.Pointer(cs))
	text := newText()
	p := C.gm_load(cs, C.int(len(xml)), text.ptr(), text.len())
	if p == nil {
		return nil, fmt.Errorf("mujoco: load model: %w", text.err())
	}
	return newModel(p), nil
}

// newModel owns a compiled model.
func newModel(p *C.mjModel) *Model {
	m := &Model{p: p}
	m.nq, m.nv, m.nu, m.body, m.geom = m.size("nq"), m.size("nv"), m.size("nu"), m.size("nbody"), m.size("ngeom")
	runtime.AddCleanup(m, func(p *C.mjModel) { C.gm_delete_model(p) }, p)
	return m
}

// size is a size of mjModel.
func (m *Model) size(name string) int {
	n, err := m.Array(name)
	if err != nil {
		panic(err) // a name that layout.h does not list
	}
	return int(n[0])
}

// Array returns a copy of the array of mjModel with the given name, such as
// "body_mass", as numbers; also the sizes, such as "nq" and "nbody", "timestep"
// and "integrator". The names are those of layout.h.
func (m *Model) Array(name string) ([]float64, error) {
	cs := C.CString(name)
	defer C.free(unsafe.Pointer(cs))
	n := C.gm_array(m.p, cs, nil, 0)
	if n < 0 {
		return nil, fmt.Errorf("mujoco: %q is no array of mjModel that is read (layout.h lists them)", name)
	}
	out := make([]float64, int(n))
	C.gm_array(m.p, cs, (*C.double)(unsafe.SliceData(out)), n)
	runtime.KeepAlive(m)
	return out, nil
}

// Sim is one simulation of a model.
type Sim struct {
	// The state after the last Reset or Step, copied out of MuJoCo. XPos holds
	// 3 numbers per body, CfrcExt (contact forces) 6; both lag QPos by the last
	// stage of a Runge-Kutta step, as in MuJoCo.
	QPos, QVel, XPos, CfrcExt []float64

	m       *Model
	d       *C.mjData
	cleanup runtime.Cleanup
	io      []float64 // ctrl, then the four slices above, then the fields
	fields  []field   // asked for by NewSim
	state   []float64 // scratch for the state
	text    text
	bad     error // why a Reset is needed
}

var errClosed = errors.New("mujoco: the simulation is closed")

// NewSim makes a simulation, which wants a Reset. Each step also copies the
// given fields out of MuJoCo.
func (m *Model) NewSim(fields ...Field) (*Sim, error) {
	s := &Sim{m: m, text: newText(), bad: errors.New("no Reset yet")}
	s.d = C.gm_make_data(m.p, s.text.ptr(), s.text.len())
	if s.d == nil {
		return nil, fmt.Errorf("mujoco: make simulation: %w", s.text.err())
	}
	s.cleanup = runtime.AddCleanup(s, func(d *C.mjData) { C.gm_delete_data(d) }, s.d)
	extra, size := m.layout(fields)
	s.fields, s.io = extra, make([]float64, m.nu+m.nq+m.nv+9*m.body+size)
	s.state = make([]float64, int(C.gm_state_size(m.p)))
	rest := s.io[m.nu:]
	take := func(n int) (x []float64) { x, rest = rest[:n:n], rest[n:]; return x }
	s.QPos, s.QVel, s.XPos, s.CfrcExt = take(m.nq), take(m.nv), take(3*m.body), take(6*m.body)
	for i := range s.fields {
		s.fields[i].values = take(s.fields[i].size)
	}
	return s, nil
}

// Reset puts the model at qpos and qvel with everything else as new, and
// normalises quaternions.
func (s *Sim) Reset(qpos, qvel []float64) error { return s.reset(qpos, qvel, 1) }

// ResetRaw is Reset with quaternions as this MuJoCo leaves them: releases up to
// 3.1 normalise them, late ones use them as if they were and leave qpos alone
// until the first step. Gymnasium does so.
func (s *Sim) ResetRaw(qpos, qvel []float64) error { return s.reset(qpos, qvel, 0) }

func (s *Sim) reset(qpos, qvel []float64, normalise C.int) error {
	switch {
	case s.d == nil:
		return errClosed
	case len(qpos) != s.m.nq || len(qvel) != s.m.nv:
		return fmt.Errorf("mujoco: reset with %d positions and %d velocities, the model has %d and %d", len(qpos), len(qvel), s.m.nq, s.m.nv)
	case !finite(qpos) || !finite(qvel):
		return errors.New("mujoco: reset with a non-finite position or velocity")
	}
	copy(s.QPos, qpos)
	copy(s.QVel, qvel)
	code := C.gm_reset(s.m.p, s.d, s.ioPtr(), normalise, s.text.ptr(), s.text.len())
	runtime.KeepAlive(s)
	s.bad = s.failure(code)
	s.readFields()
	return s.bad
}

// Step applies ctrl for n steps of the simulation, then, with rne, computes
// the contact forces CfrcExt. Non-finite controls are refused and change
// nothing; after any other error only Reset and RestoreState go on.
func (s *Sim) Step(ctrl []float64, n int, rne bool) error {
	switch {
	case s.d == nil:
		return errClosed
	case s.bad != nil:
		return fmt.Errorf("mujoco: step: %w (%w)", env.ErrNeedsReset, s.bad)
	case len(ctrl) != s.m.nu:
		return fmt.Errorf("mujoco: step with %d controls, the model has %d", len(ctrl), s.m.nu)
	case !finite(ctrl):
		return fmt.Errorf("mujoco: step with a non-finite control: %w", env.ErrBadAction)
	}
	copy(s.io, ctrl)
	return s.advance(n, rne)
}

// advance steps with the control that is in io.
func (s *Sim) advance(n int, rne bool) error {
	forces := C.int(0)
	if rne {
		forces = 1
	}
	code := C.gm_step(s.m.p, s.d, s.ioPtr(), C.int(n), forces, s.text.ptr(), s.text.len())
	runtime.KeepAlive(s)
	if code != 0 {
		s.bad = s.failure(code)
		return s.bad
	}
	s.readFields()
	return nil
}

// Close frees the simulation; it may be called again.
func (s *Sim) Close() {
	if s.d != nil {
		s.cleanup.Stop()
		C.gm_delete_data(s.d)
		s.d = nil
	}
}

func (s *Sim) ioPtr() *C.double { return (*C.double)(unsafe.SliceData(s.io)) }

// failure turns the result of a call into an error; 0 is none.
func (s *Sim) failure(code C.int) error {
	switch {
	case code == 0:
		return nil
	case code < 0:
		return fmt.Errorf("mujoco: %w", s.text.err())
	}
	var what []string
	for w, name := range warningNames() {
		if code&(1<<w) != 0 {
			what = append(what, name)
		}
	}
	const diverged = 1<<C.GM_INERTIA | 1<<C.GM_BADQPOS | 1<<C.GM_BADQVEL | 1<<C.GM_BADQACC
	if code&diverged != 0 {
		return fmt.Errorf("mujoco: %w: %s", env.ErrDiverged, strings.Join(what, ", "))
	}
	return fmt.Errorf("mujoco: %w: %s", ErrSim, strings.Join(what, ", "))
}

func warningNames() []string {
	return []string{
		C.GM_INERTIA:     "an inertia matrix is singular",
		C.GM_CONTACTFULL: "too many contacts",
		C.GM_CNSTRFULL:   "too many constraints",
		C.GM_BADQPOS:     "a position is NaN or beyond 1e10",
		C.GM_BADQVEL:     "a velocity is NaN or beyond 1e10",
		C.GM_BADQACC:     "an acceleration is NaN or beyond 1e10",
		C.GM_BADCTRL:     "a control is NaN",
	}
}

// text is where C writes the words of an error.
type text []C.char

func newText() text { return make(text, 1000) }

func (t text) ptr() *C.char { return unsafe.SliceData(t) }
func (t text) len() C.int   { return C.int(len(t)) }

func (t text) err() error { return fmt.Errorf("%w: %v", ErrSim, t) }

func (t text) String() string { return strings.TrimSpace(C.GoString(unsafe.SliceData(t))) }

func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
