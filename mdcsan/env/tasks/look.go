package tasks

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/render"
)

// look draws a MuJoCo model: its geoms, posed by MuJoCo.
type look struct {
	sim   *mujoco.Sim
	geoms []shape
	floor float64 // z of the lowest horizontal plane
	plane bool    // there is one
	away  render.Vec
	undue []string // what is not drawn
}

// shape is a geom that is drawn.
type shape struct {
	id    int
	kind  int
	size  render.Vec
	faces *render.Faces
	color render.Vec
}

// The kinds of geoms, mjtGeom in MuJoCo.
const (
	geomPlane = iota
	geomHField
	geomSphere
	geomCapsule
	geomEllipsoid
	geomCylinder
	geomBox
	geomMesh
)

// hiddenGroup is the first group of geoms that MuJoCo's viewer does not show:
// what is there for collisions only.
const hiddenGroup = 3

// geomArrays are the arrays of the compiled model that a picture needs.
type geomArrays struct {
	kind, size, rgba, group, mesh, material, body, materials []float64
	vertices, faces, vertex0, face0, faceCount               []float64
}

func readGeoms(m *mujoco.Model) (a geomArrays, err error) {
	for name, into := range map[string]*[]float64{
		"geom_type": &a.kind, "geom_size": &a.size, "geom_rgba": &a.rgba, "geom_group": &a.group, "geom_dataid": &a.mesh,
		"geom_matid": &a.material, "mat_rgba": &a.materials, "mesh_vert": &a.vertices, "mesh_face": &a.faces,
		"mesh_vertadr": &a.vertex0, "mesh_faceadr": &a.face0, "mesh_facenum": &a.faceCount, "geom_bodyid": &a.body,
	} {
		if *into, err = m.Array(name); err != nil {
			return a, err
		}
	}
	return a, nil
}

// newLook prepares the pictures of a model.
func newLook(m *mujoco.Model) (*look, error) {
	a, err := readGeoms(m)
	if err != nil {
		return nil, err
	}
	sim, err := m.NewSim()
	if err != nil {
		return nil, err
	}
	start, err := m.Array("qpos0")
	if err != nil {
		return nil, err
	}
	pos, mat, err := sim.Geoms(start)
	if err != nil {
		return nil, err
	}
	k := &look{sim: sim, floor: math.Inf(1)}
	for i := range a.kind {
		k.take(&a, i, pos[3*i:3*i+3], mat[9*i:9*i+9])
	}
	k.stand(pos)
	return k, nil
}

// take keeps geom i if it is drawn.
func (k *look) take(a *geomArrays, i int, pos, mat []float64) {
	rgba := a.rgba[4*i : 4*i+4]
	if id := int(a.material[i]); id >= 0 {
		rgba = a.materials[4*id : 4*id+4]
	}
	if rgba[3] == 0 || a.group[i] >= hiddenGroup {
		return
	}
	s := shape{id: i, kind: int(a.kind[i]), size: at(a.size, i), color: render.Vec{X: rgba[0], Y: rgba[1], Z: rgba[2]}}
	switch {
	case s.kind == geomPlane && mat[8] > 0.999:
		k.floor, k.plane = min(k.floor, pos[2]), true
		return
	case s.kind == geomPlane:
		k.miss("a plane that is not horizontal")
		return
	case s.kind == geomHField:
		k.miss("a height field")
		return
	case s.kind == geomMesh && int(a.mesh[i]) >= 0:
		s.faces = a.meshFaces(int(a.mesh[i]))
	case s.kind > geomBox:
		k.miss(fmt.Sprintf("a geom of type %d", s.kind))
		return
	}
	k.geoms = append(k.geoms, s)
}

func (k *look) miss(what string) {
	if !slices.Contains(k.undue, what) {
		k.undue = append(k.undue, what)
	}
}

// missing says what a picture leaves out; "" if nothing.
func (k *look) missing() string {
	if len(k.undue) == 0 {
		return ""
	}
	return "not drawn: " + strings.Join(k.undue, ", ")
}

// meshFaces are the triangles of a mesh.
func (a *geomArrays) meshFaces(mesh int) *render.Faces {
	var t [][3]render.Vec
	first, vertex := int(a.face0[mesh]), int(a.vertex0[mesh])
	for f := range int(a.faceCount[mesh]) {
		var corners [3]render.Vec
		for c := range corners {
			corners[c] = at(a.vertices, vertex+int(a.faces[3*(first+f)+c]))
		}
		t = append(t, corners)
	}
	return render.NewFaces(t)
}

func at(x []float64, i int) render.Vec { return render.Vec{X: x[3*i], Y: x[3*i+1], Z: x[3*i+2]} }

// stand places the camera so that the robot of the initial pose fits, from the
// side, or from above if the robot is flat.
func (k *look) stand(pos []float64) {
	low, high := k.bounds(pos)
	wide, tall := math.Hypot(high.X-low.X, high.Y-low.Y), high.Z-low.Z
	distance := max(1.5*max(wide, tall), 0.1)
	k.away = render.Vec{Y: -distance, Z: 0.25 * distance}
	if tall < 0.25*wide {
		k.away = render.Vec{Y: -0.6 * distance, Z: distance}
	}
}

// bounds is a box around the drawn geoms.
func (k *look) bounds(pos []float64) (low, high render.Vec) {
	inf := math.Inf(1)
	low, high = render.Vec{X: inf, Y: inf, Z: inf}, render.Vec{X: -inf, Y: -inf, Z: -inf}
	for _, g := range k.geoms {
		p, r := at(pos, g.id), max(g.size.X, g.size.Y, g.size.Z)
		if g.kind == geomCapsule {
			r = g.size.X + g.size.Y
		}
		low = render.Vec{X: min(low.X, p.X-r), Y: min(low.Y, p.Y-r), Z: min(low.Z, p.Z-r)}
		high = render.Vec{X: max(high.X, p.X+r), Y: max(high.Y, p.Y+r), Z: max(high.Z, p.Z+r)}
	}
	return low, high
}

// scene draws the model in a pose. The floor is put at z = 0.
func (k *look) scene(pose []float64) (*render.Scene, error) {
	pos, mat, err := k.sim.Geoms(pose)
	if err != nil {
		return nil, err
	}
	if len(k.geoms) == 0 {
		return nil, fmt.Errorf("tasks: the model has no geom that is drawn (%s)", k.missing())
	}
	s := &render.Scene{Floor: true}
	low, high := k.bounds(pos)
	ground := low.Z
	if k.plane {
		ground = k.floor
	}
	for _, g := range k.geoms {
		p := at(pos, g.id)
		p.Z -= ground
		k.place(s, g, p, [9]float64(mat[9*g.id:9*g.id+9]))
	}
	target := render.Vec{X: (low.X + high.X) / 2, Y: (low.Y + high.Y) / 2, Z: (low.Z+high.Z)/2 - ground}
	eye := render.Vec{X: target.X + k.away.X, Y: target.Y + k.away.Y, Z: max(target.Z+k.away.Z, 0.02)}
	s.Camera = render.Camera{Eye: eye, Target: target}
	return s, nil
}

// place adds a geom to a scene.
func (k *look) place(s *render.Scene, g shape, p render.Vec, rot [9]float64) {
	solid := render.Solid{Centre: p, Rot: rot, Size: g.size, Color: g.color}
	switch g.kind {
	case geomSphere, geomCapsule:
		a, b := p, p
		if g.kind == geomCapsule {
			h := g.size.Y
			axis := render.Vec{X: h * rot[2], Y: h * rot[5], Z: h * rot[8]}
			a = render.Vec{X: p.X + axis.X, Y: p.Y + axis.Y, Z: p.Z + axis.Z}
			b = render.Vec{X: p.X - axis.X, Y: p.Y - axis.Y, Z: p.Z - axis.Z}
		}
		s.Capsules = append(s.Capsules, render.Capsule{A: a, B: b, Radius: g.size.X, Color: g.color})
		return
	case geomEllipsoid:
		solid.Form = render.Ellipsoid
	case geomCylinder:
		solid.Form = render.Cylinder
	case geomMesh:
		solid.Form, solid.Faces = render.Mesh, g.faces
	}
	s.Solids = append(s.Solids, solid)
}
