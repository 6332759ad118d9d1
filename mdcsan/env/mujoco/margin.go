//go:build cgo && (linux || darwin)

package mujoco

/*
#include "shim.h"
*/
import "C"

import "sync"

// probe has two spheres 0.015 m apart, each with a contact margin of 0.01 m.
const probe = `<mujoco><worldbody>
  <geom type="sphere" size="0.1" margin="0.01"/>
  <body pos="0.215 0 0"><freejoint/><geom type="sphere" size="0.1" margin="0.01"/></body>
</worldbody></mujoco>`

// MarginsAdd reports whether this MuJoCo gives a contact the sum of the two
// geoms' margins, as late releases of 3 do, or the larger one. A model written
// for the larger one and the same margin everywhere then wants half of it.
func MarginsAdd() (bool, error) { return marginsAdd() }

var marginsAdd = sync.OnceValues(func() (bool, error) {
	m, err := Load(probe)
	if err != nil {
		return false, err
	}
	s, err := m.NewSim()
	if err != nil {
		return false, err
	}
	defer s.Close()
	if err := s.Reset([]float64{0.215, 0, 0, 1, 0, 0, 0}, make([]float64, 6)); err != nil {
		return false, err
	}
	return C.gm_contacts(s.d) > 0, nil
})
