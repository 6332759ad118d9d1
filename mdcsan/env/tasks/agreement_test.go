//go:build cgo && (linux || darwin)

package tasks

import (
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/mujoco"
)

// agreement is how many steps of a rollout of 2.2.2 another MuJoCo must follow,
// and how closely; -1 is all of them. Measured: 3.1.6 follows all of them to
// 1e-9; 3.17.0 too, but for HalfCheetah main, where its solver stops elsewhere
// (138 steps legacy, 42 exact). 4.0.1 does as 3.17.0, but integrates Ant's free
// joint otherwise (13 steps to 1e-3).
func agreement() (steps int, tol float64) {
	switch v := mujoco.Version(); {
	case strings.HasPrefix(v, "3.1."):
		return -1, rolloutTolerance
	case strings.HasPrefix(v, "3."):
		return 35, 1e-6
	}
	return 10, 1e-3
}

// TestAgreement holds MuJoCo releases other than 2.2.2 to its rollouts.
func TestAgreement(t *testing.T) {
	if mujoco.Version() == goldenVersion {
		t.Skip("this is MuJoCo " + goldenVersion + " itself: TestGoldenRollouts holds it")
	}
	for _, path := range filesOf(t, "mujoco", "*.json.gz") {
		r := readRollout(t, path)
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json.gz"), func(t *testing.T) {
			o := Options{Inertia: mjcf.Inertia(r.Inertia)}
			steps := func(tol float64) int { // that agree to within tol
				lo, hi := 0, r.CompareUntil
				for lo < hi {
					mid := (lo + hi + 1) / 2
					if _, err := replay(r, o, mid, tol); err == nil {
						lo = mid
					} else {
						hi = mid - 1
					}
				}
				return lo
			}
			t.Logf("MuJoCo %s: of %d steps %d agree to 1e-9, %d to 1e-6, %d to 1e-3", mujoco.Version(),
				r.CompareUntil, steps(1e-9), steps(1e-6), steps(1e-3))
			n, tol := agreement()
			if n < 0 || n > r.CompareUntil {
				n = r.CompareUntil
			}
			if _, err := replay(r, o, n, tol); err != nil {
				t.Error(err)
			}
		})
	}
}
