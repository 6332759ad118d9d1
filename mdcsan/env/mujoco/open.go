//go:build cgo && (linux || darwin)

package mujoco

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"unsafe"

	"gomdcsan/mdcsan/env"
)

// library opens the MuJoCo library, once in the process.
var library = sync.OnceValue(func() error {
	names, err := candidates(os.Getenv, executable())
	if err != nil {
		return err
	}
	if location, err = open(names); err != nil {
		return missing(err)
	}
	if err := check(); err != nil {
		return fmt.Errorf("mujoco: %w: %s is MuJoCo %s, and its structs are not laid out as this program expects (%v): %s",
			env.ErrUnavailable, location, opened(), err, knownReleases())
	}
	return nil
})

// location is the file that was opened, or the name that the system knows it by.
var location string

// errUnknown is wrapped by the error about a release that the tables do not know.
var errUnknown = errors.New("this program does not know that release")

// open opens the first of the files that can be opened. One that is there and
// is of an unknown release ends the search: another would be a surprise.
func open(names []string) (name string, err error) {
	for _, name := range names {
		var version C.int
		cs, text := C.CString(name), newText()
		code := C.gm_open(cs, &version, text.ptr(), text.len())
		C.free(unsafe.Pointer(cs))
		switch code {
		case 0:
			return name, nil
		case C.GM_UNKNOWN:
			return "", fmt.Errorf("%s is MuJoCo %s: %w; %s", name, versionString(int(version)), errUnknown, knownReleases())
		}
		err = errors.Join(err, fmt.Errorf("%s: %v", name, text))
	}
	return "", err
}

// knownReleases says what to do about a release that is of no use.
func knownReleases() string {
	oldest, newest := versionString(int(C.gm_oldest())), versionString(int(C.gm_newest()))
	return fmt.Sprintf("it knows %s to %s: `pip install mujoco-core==%s` in the Python environment that is active, or name another library in %s",
		oldest, newest, newest, Variable)
}

// Available tells why there is no MuJoCo in this process, or returns nil.
func Available() error { return library() }

// Version is the version of the MuJoCo library, which it opens if need be;
// empty without one.
func Version() string {
	if library() != nil {
		return ""
	}
	return opened()
}

// Location is the file of the MuJoCo library, which it opens if need be, or the
// name by which the system found it; empty without one.
func Location() string {
	if library() != nil {
		return ""
	}
	return location
}

// opened is the version of the library that was opened.
func opened() string { return versionString(int(C.gm_version())) }

// versionString reads 2002002 as 2.2.2 and 3017000 as 3.17.0.
func versionString(v int) string {
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1000%1000, v%1000)
}

// known is a model whose numbers are known, to compare with what the layout
// finds: a library that is built otherwise is refused, not misread.
const known = `<mujoco><compiler angle="radian"/><option timestep="0.0078125"/><worldbody>
  <geom type="plane" size="1 2 3"/>
  <body name="arm" pos="0 0 7"><joint type="hinge" axis="0 1 0" ref="0.25" range="-1 3" limited="true"/>
    <inertial pos="0.5 0 0" mass="1.5" diaginertia="1 1 1"/><geom type="sphere" size="0.125" contype="0" conaffinity="0"/>
    <body name="hand" pos="2 0 0"><joint name="s" type="slide" axis="1 0 0"/>
      <inertial pos="0 0 0" mass="2.5" diaginertia="1 1 1"/><site pos="0 0.5 0"/></body></body>
</worldbody><actuator><motor joint="s" ctrlrange="-4 5" ctrllimited="true" gear="6"/></actuator></mujoco>`

// check compares what the layout finds in a model and a simulation with what is there.
func check() error {
	loading.Lock()
	defer loading.Unlock()
	m, err := load(known)
	if err != nil {
		return err
	}
	s, err := m.NewSim(SiteXPos)
	if err != nil {
		return err
	}
	defer s.Close()
	if C.gm_plausible(m.p, s.d) == 0 {
		return errors.New("an array lies outside of the memory that MuJoCo keeps them in")
	}
	for name, want := range map[string][]float64{
		"nq": {2}, "nv": {2}, "nu": {1}, "nbody": {3}, "ngeom": {2}, "njnt": {2}, "nsite": {1}, "timestep": {0.0078125},
		"qpos0": {0.25, 0}, "body_mass": {0, 1.5, 2.5}, "jnt_type": {3, 2}, "jnt_limited": {1, 0}, "jnt_range": {-1, 3, 0, 0},
		"geom_size": {1, 2, 3, 0.125, 0, 0}, "actuator_ctrlrange": {-4, 5}, "actuator_ctrllimited": {1},
	} {
		if err := near(m, name, want); err != nil {
			return err
		}
	}
	if err := s.Reset([]float64{0.25, 0.5}, []float64{0, 0}); err != nil {
		return err
	}
	return errors.Join(equal("qpos", s.QPos, []float64{0.25, 0.5}), equal("xpos", s.XPos, []float64{0, 0, 0, 0, 0, 7, 2.5, 0, 7}),
		equal("site_xpos", s.Field(SiteXPos), []float64{2.5, 0.5, 7}))
}

func near(m *Model, name string, want []float64) error {
	got, err := m.Array(name)
	if err != nil {
		return err
	}
	return equal(name, got, want)
}

func equal(name string, got, want []float64) error {
	wrong := len(got) != len(want)
	for i := 0; !wrong && i < len(want); i++ {
		wrong = !(math.Abs(got[i]-want[i]) < 1e-9)
	}
	if wrong {
		return fmt.Errorf("%s is %v, not %v", name, got, want)
	}
	return nil
}
