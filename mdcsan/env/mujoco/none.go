//go:build !cgo || (!linux && !darwin)

package mujoco

import (
	"fmt"

	"gomdcsan/mdcsan/env"
)

// unavailable is what every entry point says in a build without C.
func unavailable() error {
	return fmt.Errorf("%w: this program was built without C (CGO_ENABLED=0, or for a system other than Linux and macOS), so that it cannot open MuJoCo, "+
		"the physics library of all tasks but Pendulum-v1. Build it where there is a C compiler: `go run ./install build` in the gomdcsan source folder, "+
		"or `CGO_ENABLED=1 go install ./kernel/cmd/gomdcsan`. Pendulum-v1 works without MuJoCo", env.ErrUnavailable)
}

// Available tells why there is no MuJoCo in this process.
func Available() error { return unavailable() }

// Location is the file of the MuJoCo library; empty in this build.
func Location() string { return "" }

// Version is the version of the MuJoCo library; empty in this build.
func Version() string { return "" }

// Model is a compiled model.
type Model struct{}

// Sim is one simulation of a model.
type Sim struct {
	QPos, QVel, XPos, CfrcExt []float64
}

// MarginsAdd says how to get MuJoCo.
func MarginsAdd() (bool, error) { return false, unavailable() }

// Load says how to get MuJoCo.
func Load(string) (*Model, error) { return nil, unavailable() }

// LoadFiles says how to get MuJoCo.
func LoadFiles(map[string][]byte, string) (*Model, error) { return nil, unavailable() }

// ID says how to get MuJoCo.
func (*Model) ID(Kind, string) (int, error) { return 0, unavailable() }

// Names returns nothing in this build.
func (*Model) Names(Kind) []string { return nil }

// Array says how to get MuJoCo.
func (*Model) Array(string) ([]float64, error) { return nil, unavailable() }

// NewSim says how to get MuJoCo.
func (*Model) NewSim(...Field) (*Sim, error) { return nil, unavailable() }

// Field returns nothing in this build.
func (*Sim) Field(Field) []float64 { return nil }

// Geoms returns nothing in this build.
func (*Sim) Geoms([]float64) (pos, mat []float64, err error) { return nil, nil, unavailable() }

// Reset says how to get MuJoCo.
func (*Sim) Reset(_, _ []float64) error { return unavailable() }

// ResetRaw says how to get MuJoCo.
func (*Sim) ResetRaw(_, _ []float64) error { return unavailable() }

// Step says how to get MuJoCo.
func (*Sim) Step(_ []float64, _ int, _ bool) error { return unavailable() }

// AppendState returns dst.
func (*Sim) AppendState(dst []byte) []byte { return dst }

// CheckState says how to get MuJoCo.
func (*Sim) CheckState([]byte) error { return unavailable() }

// RestoreState says how to get MuJoCo.
func (*Sim) RestoreState([]byte) error { return unavailable() }

// Close frees the simulation.
func (*Sim) Close() {}
