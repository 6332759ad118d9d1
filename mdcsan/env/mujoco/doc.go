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
// # Build
//
// The binding is behind the build tag mujoco and needs MuJoCo's headers. The
// library itself is opened when it is first wanted, so that the program starts
// without it and says what is missing. MuJoCo 2.2.2 (Debian's libmujoco-dev) is
// the reference; a release of MuJoCo 3 is used by naming its folder to the
// installer, `go run ./install --mujoco DIR build`, or by hand (3.1.6, with
// which TestRelease runs in the gate, 3.17.0 and 4.0.1 pass the tests):
//
//	CGO_CFLAGS=-I$DIR/include CGO_LDFLAGS=-Wl,-rpath,$DIR/lib go build -tags mujoco ./...
//
// Without the tag the package builds everywhere. Without the tag or without
// the library Load returns an error that wraps env.ErrUnavailable and says how
// to get MuJoCo; Available tells beforehand.
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

import (
	"errors"
	"fmt"
	"strings"

	"gomdcsan/mdcsan/env"
)

// ErrSim is wrapped by the errors that MuJoCo itself reported.
var ErrSim = errors.New("MuJoCo")

// missing is what they say where the library is not there that the program was
// built for.
func missing(version string, why error) error {
	return fmt.Errorf("%w: this program is built for MuJoCo %s, the physics library of all tasks but Pendulum-v1, "+
		"and cannot open it (%s). Install it again (Debian, Ubuntu: `apt-get install libmujoco-dev`), name its folder in "+
		"LD_LIBRARY_PATH, or run `go run ./install build` in the gomdcsan source folder to build with the MuJoCo that is here. "+
		"Pendulum-v1 works without MuJoCo", env.ErrUnavailable, version, strings.ReplaceAll(why.Error(), "\n", "; "))
}
