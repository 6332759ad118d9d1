//go:build cgo && (linux || darwin)

package mujoco

import (
	"math"
	"math/rand/v2"
	"testing"

	"gomdcsan/mdcsan/env/mjcf"
)

// TestPose compares mjcf's forward kinematics, which draws pictures without
// MuJoCo, with MuJoCo's own in random poses.
func TestPose(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, table := range []mjcf.Model{mjcf.Ant(), mjcf.HalfCheetah(), mjcf.Walker2d(), mjcf.Hopper()} {
		m, err := Load(table.XML(mjcf.Exact))
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.NewSim()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		size, err := m.Array("geom_size")
		if err != nil {
			t.Fatal(err)
		}
		qpos, qvel := make([]float64, m.nq), make([]float64, m.nv)
		for range 20 {
			for i := range qpos {
				qpos[i] = r.NormFloat64()
			}
			if err := s.Reset(qpos, qvel); err != nil {
				t.Fatal(err)
			}
			limbs, err := table.Pose(nil, qpos)
			if err != nil {
				t.Fatal(err)
			}
			pos, mat := s.geoms()
			if len(limbs) != m.geom-1 {
				t.Fatalf("%s: %d limbs for %d geoms", table.Name, len(limbs), m.geom)
			}
			for g, l := range limbs {
				g++ // the floor is MuJoCo's first
				if l.Radius != size[3*g] {
					t.Fatalf("%s geom %d: radius %v, want %v", table.Name, g, l.Radius, size[3*g])
				}
				for i := range 3 {
					half := size[3*g+1] * mat[9*g+3*i+2]
					centre := (l.A[i] + l.B[i]) / 2
					along := math.Abs((l.A[i] - l.B[i]) / 2)
					if math.Abs(centre-pos[3*g+i]) > 1e-12 || math.Abs(along-math.Abs(half)) > 1e-12 {
						t.Fatalf("%s geom %d: %v to %v, MuJoCo has it at %v, half axis %v", table.Name, g, l.A, l.B, pos[3*g:3*g+3], half)
					}
				}
			}
		}
	}
}
