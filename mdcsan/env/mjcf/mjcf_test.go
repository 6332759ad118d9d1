package mjcf

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
)

func models() []Model { return []Model{Ant(), HalfCheetah(), Walker2d(), Hopper()} }

// bodies lists a body and its children, parents first.
func bodies(b *Body) []*Body {
	all := []*Body{b}
	for i := range b.Kids {
		all = append(all, bodies(&b.Kids[i])...)
	}
	return all
}

// TestLegacyMasses: the masses that MuJoCo 2.0 printed for gym's models, to
// all their digits.
func TestLegacyMasses(t *testing.T) {
	for _, c := range []struct {
		model Model
		want  []float64
		total float64
	}{
		{Ant(), []float64{0.32724923, 0.03647693, 0.03647693, 0.06491138}, 0.87871017},
		{HalfCheetah(), []float64{6.36031332, 1.53524804, 1.58093995, 1.06919060, 1.42558747, 1.17885117, 0.84986945}, 14},
		{Walker2d(), []float64{3.53429174, 3.92699082, 2.71433605, 2.94053072}, 22.69800692},
		{Hopper(), []float64{3.53429174, 3.92699082, 2.71433605, 5.08938010}, 15.26499870},
	} {
		scale := 1.0
		total := c.model.Root.total(c.model.Density)
		if c.model.TotalMass > 0 {
			scale = c.model.TotalMass / total
		}
		if math.Abs(scale*total-c.total) > 1e-8 {
			t.Errorf("%s weighs %.8f kg, want %.8f", c.model.Name, scale*total, c.total)
		}
		all := bodies(&c.model.Root)
		for i, want := range c.want {
			if m := scale * all[i].legacy(c.model.Density).m; math.Abs(m-want) > 1e-8 {
				t.Errorf("%s: %s weighs %.8f kg, want %.8f", c.model.Name, all[i].Name, m, want)
			}
		}
	}
}

// TestLegacyExample is the example that the documentation of MuJoCo 2.1.0 prints.
func TestLegacyExample(t *testing.T) {
	g := Geom{A: V3{0, 0, 0.2}, B: V3{0, 0, -0.2}, Radius: 0.06}
	m, across, along := g.moments(1000)
	if math.Abs(m-5.20248) > 5e-6 || math.Abs(across-0.0964192) > 5e-8 || math.Abs(along-0.00936446) > 5e-9 {
		t.Errorf("mass %v, inertia %v %v", m, across, along)
	}
	o := g.legacy(1000)
	if o.i[0][0] != across || math.Abs(o.i[2][2]-along) > 1e-15 || o.i[0][1] != 0 {
		t.Errorf("tensor %v", o.i)
	}
}

// TestCombine: two halves of a rod are the rod.
func TestCombine(t *testing.T) {
	point := func(x float64) mass { return mass{m: 1, c: V3{x, 0, 0}} }
	o := combine([]mass{point(-1), point(3)})
	if o.m != 2 || o.c != (V3{1, 0, 0}) || o.i[0][0] != 0 || o.i[1][1] != 8 || o.i[2][2] != 8 {
		t.Errorf("two points make %+v", o)
	}
}

func TestSizes(t *testing.T) {
	for i, want := range [][4]int{{15, 14, 8, 13}, {9, 9, 6, 7}, {9, 9, 6, 7}, {6, 6, 3, 4}} {
		m := models()[i]
		got := [4]int{m.NQ(), m.NV(), len(m.Motors), len(bodies(&m.Root))}
		if got != want {
			t.Errorf("%s has %v positions, velocities, motors, bodies, want %v", m.Name, got, want)
		}
	}
}

// TestXML: well formed, every motor drives a joint of the model, names occur
// once.
func TestXML(t *testing.T) {
	for _, m := range models() {
		for _, inertia := range []Inertia{Legacy, Exact} {
			text := m.XML(inertia)
			joints, motors := map[string]bool{}, []string{}
			d := xml.NewDecoder(strings.NewReader(text))
			for {
				tok, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v\n%s", m.Name, err, text)
				}
				e, ok := tok.(xml.StartElement)
				if !ok {
					continue
				}
				for _, a := range e.Attr {
					switch {
					case e.Name.Local == "joint" && a.Name.Local == "name":
						if joints[a.Value] {
							t.Errorf("%s: two joints %s", m.Name, a.Value)
						}
						joints[a.Value] = true
					case e.Name.Local == "motor" && a.Name.Local == "joint":
						motors = append(motors, a.Value)
					}
				}
			}
			for _, j := range motors {
				if !joints[j] {
					t.Errorf("%s: a motor drives the missing joint %s", m.Name, j)
				}
			}
			if got := strings.Contains(text, "<inertial"); got != (inertia == Legacy) {
				t.Errorf("%s %s: inertial elements: %v", m.Name, inertia, got)
			}
		}
	}
}

// TestPoseUpright: hopper's initial pose is the one of the tables, in world
// coordinates.
func TestPoseUpright(t *testing.T) {
	m := Hopper()
	limbs, err := m.Pose(nil, []float64{2, 1.25, 0, 0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]V3{
		{{2, 0, 1.45}, {2, 0, 1.05}}, {{2, 0, 1.05}, {2, 0, 0.6}},
		{{2, 0, 0.6}, {2, 0, 0.1}}, {{1.87, 0, 0.1}, {2.26, 0, 0.1}},
	} {
		a, b := limbs[i].A.add(want[0], -1).norm(), limbs[i].B.add(want[1], -1).norm()
		if a > 1e-12 || b > 1e-12 {
			t.Errorf("limb %d from %v to %v, want %v", i, limbs[i].A, limbs[i].B, want)
		}
	}
	if _, err := m.Pose(nil, make([]float64, 7)); err == nil {
		t.Error("a pose of seven numbers is accepted")
	}
}
