// Package mujoco is a guarded binding of the MuJoCo physics library: what a
// reinforcement-learning task needs, and nothing that can take the process
// down.
//
//	m, err := mujoco.Load(xml)
//	s, err := m.NewSim()
//	err = s.Reset(qpos, qvel)
//	err = s.Step(ctrl, 5, false)       // one cgo call for five mj_steps
//	height := s.QPos[2]
//
// # Which MuJoCo
//
// The library is opened when it is first wanted, so that one program works
// with every release from 2.2.2 to 4.0.1 (but for 3.0.0 to 3.1.2, which cannot
// read a model from memory), and without any it starts and says what is missing. It is looked for in this order: what GOMDCSAN_MUJOCO names (a
// file or a folder; "none": none), the package mujoco or mujoco-core of the
// Python environment that is active or that the program is installed in, the
// system's. 2.2.2 (Debian's libmujoco-dev) is the reference.
//
// Building needs a C compiler and no headers of MuJoCo: layouts.h holds, by
// release, where the fields are that the shim reads, made from the headers of
// all releases by layoutgen. When a library is opened, a model of known numbers
// is read through the table; what does not agree is refused, as is a release
// that the table does not know. Without cgo, and on systems other than Linux
// and macOS, Load returns an error that wraps env.ErrUnavailable.
//
// # What is guarded
//
// MuJoCo's own error handler waits for Enter and exits the process; ours jumps
// back to the entry point (over C frames only) and becomes a Go error. MuJoCo
// answers a state that went to NaN or beyond 1e10 by silently resetting it;
// here the step returns an error that wraps env.ErrDiverged and the simulation
// wants a Reset. Non-finite numbers are refused before they reach MuJoCo.
// No file is read or written: models come from memory, no MUJOCO_LOG.TXT.
//
// # Concurrency
//
// A Model is read-only and may be shared by simulations in many goroutines; a
// Sim belongs to one goroutine at a time. Step does not allocate.
package mujoco

import "errors"

//go:generate sh -c "go run ./layoutgen $MUJOCO_RELEASES"

// ErrSim is wrapped by the errors that MuJoCo itself reported.
var ErrSim = errors.New("MuJoCo")
