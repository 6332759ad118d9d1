package mjcf

import (
	"fmt"
	"strconv"
	"strings"
)

// XML writes the model as MJCF, in local coordinates and without default
// classes, so that every number of the tables stands where it acts.
func (m *Model) XML(inertia Inertia) string {
	w := &writer{m: m, legacy: inertia != Exact, scale: 1}
	compiler := `inertiafromgeom="true"`
	switch {
	case w.legacy:
		compiler = `inertiafromgeom="false"`
		if m.TotalMass > 0 {
			w.scale = m.TotalMass / m.Root.total(m.Density)
		}
	case m.TotalMass > 0:
		compiler += fmt.Sprintf(" settotalmass=%q", nums(m.TotalMass))
	}
	integrator := "Euler"
	if m.RK4 {
		integrator = "RK4"
	}
	w.line(0, "<mujoco model=%q>", m.Name)
	w.line(1, "<compiler angle=\"radian\" %s/>", compiler)
	w.line(1, "<option integrator=%q timestep=%q/>", integrator, nums(m.Timestep))
	w.line(1, "<worldbody>")
	w.line(2, "<geom name=\"floor\" type=\"plane\" size=%q rgba=\"0.8 0.9 0.8 1\" contype=\"1\" conaffinity=\"1\" condim=\"3\" %s/>",
		nums(m.Floor[:]...), w.surface(m.Friction))
	w.body(&m.Root, 2)
	w.line(1, "</worldbody>")
	w.line(1, "<actuator>")
	for _, a := range m.Motors {
		w.line(2, "<motor joint=%q gear=%q ctrllimited=\"true\" ctrlrange=\"-1 1\"/>", a.Joint, nums(a.Gear))
	}
	w.line(1, "</actuator>")
	w.line(0, "</mujoco>")
	return w.String()
}

type writer struct {
	strings.Builder
	m      *Model
	legacy bool
	scale  float64 // of masses and inertias
}

func (w *writer) line(depth int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *writer) body(b *Body, depth int) {
	w.line(depth, "<body name=%q pos=%q>", b.Name, nums(b.Pos[:]...))
	if depth == 2 {
		w.line(depth+1, "<camera name=\"track\" mode=\"trackcom\" pos=%q xyaxes=\"1 0 0 0 0 1\"/>", nums(w.m.Camera[:]...))
	}
	if w.legacy {
		w.inertial(b, depth+1)
	}
	for i := range b.Joints {
		w.joint(&b.Joints[i], depth+1)
	}
	for i := range b.Geoms {
		w.geom(&b.Geoms[i], depth+1)
	}
	for i := range b.Kids {
		w.body(&b.Kids[i], depth+1)
	}
	w.line(depth, "</body>")
}

// inertial writes the legacy inertia. A body of one geom gets the geom's own
// axes, so that results equal a patched model's. They are written as a
// quaternion because MuJoCo 3.1 takes no other orientation here.
func (w *writer) inertial(b *Body, depth int) {
	k := w.scale
	if len(b.Geoms) > 1 {
		o := b.legacy(w.m.Density)
		w.line(depth, "<inertial pos=%q mass=%q fullinertia=%q/>", nums(o.c[:]...), nums(k*o.m),
			nums(k*o.i[0][0], k*o.i[1][1], k*o.i[2][2], k*o.i[0][1], k*o.i[0][2], k*o.i[1][2]))
		return
	}
	g := &b.Geoms[0]
	q := g.orientation()
	axis := fmt.Sprintf(" quat=%q", nums(q[:]...))
	m, across, along := g.moments(w.m.Density)
	c := g.centre()
	w.line(depth, "<inertial pos=%q%s mass=%q diaginertia=%q/>", nums(c[:]...), axis, nums(k*m), nums(k*across, k*across, k*along))
}

func (w *writer) joint(j *Joint, depth int) {
	if j.Type == Free {
		w.line(depth, "<joint name=%q type=\"free\" limited=\"false\" margin=%q/>", j.Name, nums(j.Margin))
		return
	}
	limit := `limited="false"`
	if j.Lo != j.Hi {
		limit = fmt.Sprintf("limited=\"true\" range=%q", nums(j.Lo, j.Hi))
	}
	if w.m.Limit != (Solver{}) {
		limit += fmt.Sprintf(" solreflimit=%q solimplimit=%q", w.m.Limit.Ref, w.m.Limit.Imp)
	}
	w.line(depth, "<joint name=%q type=%q pos=%q axis=%q damping=%q armature=%q stiffness=%q ref=%q %s/>", j.Name, j.Type,
		nums(j.Pos[:]...), nums(j.Axis[:]...), nums(j.Damping), nums(j.Armature), nums(j.Stiffness), nums(j.Ref), limit)
}

func (w *writer) geom(g *Geom, depth int) {
	friction := w.m.Friction
	if g.Slide != 0 {
		friction[0] = g.Slide
	}
	affinity := 0
	if w.m.SelfCollide {
		affinity = 1
	}
	var form string
	switch g.Shape {
	case Sphere:
		form = fmt.Sprintf("type=\"sphere\" pos=%q size=%q", nums(g.A[:]...), nums(g.Radius))
	case CapsuleAt:
		form = fmt.Sprintf("type=\"capsule\" pos=%q axisangle=%q size=%q", nums(g.A[:]...), nums(0, 1, 0, g.Angle), nums(g.Radius, g.Half))
	case Capsule:
		form = fmt.Sprintf("type=\"capsule\" fromto=%q size=%q", nums(g.A[0], g.A[1], g.A[2], g.B[0], g.B[1], g.B[2]), nums(g.Radius))
	}
	c := g.color()
	w.line(depth, "<geom name=%q %s rgba=%q contype=\"1\" conaffinity=\"%d\" condim=\"%d\" %s/>", g.Name, form,
		nums(c[0], c[1], c[2], 1), affinity, w.m.Condim, w.surface(friction))
}

// surface is what limbs and floor share.
func (w *writer) surface(friction V3) string {
	s := fmt.Sprintf("density=%q margin=%q friction=%q", nums(w.m.Density), nums(w.m.Margin), nums(friction[:]...))
	if w.m.Contact != (Solver{}) {
		s += fmt.Sprintf(" solref=%q solimp=%q", w.m.Contact.Ref, w.m.Contact.Imp)
	}
	return s
}

// nums writes numbers so that they read back as the same bits.
func nums(x ...float64) string {
	s := make([]string, len(x))
	for i, v := range x {
		s[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(s, " ")
}
