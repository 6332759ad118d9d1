package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Range is an interval of an axis.
type Range struct{ Min, Max float64 }

// at returns the point that lies the given fraction into the range.
func (r Range) at(fraction float64) float64 { return r.Min + fraction*(r.Max-r.Min) }

// Flow is a one-dimensional dynamical system dy/dx = F(y): slopes, solutions
// and equilibria, as in the paper's Fig. 2.
type Flow struct {
	Title          string
	F              func(y float64) float64 // dy/dx
	X, Y           Range
	XLabel, YLabel string
	From           []float64 // solutions start at X.Min from these values
	Threshold      float64   // of firing; NaN or 0 for none
}

// FlowPlot draws the direction field of a Flow, solutions from its starting
// values, its equilibria (attractors as solid, repellers as dashed lines) and
// the firing threshold.
func FlowPlot(f Flow) *plot.Plot {
	p := New(f.Title)
	p.X.Label.Text, p.Y.Label.Text = or(f.XLabel, "time"), or(f.YLabel, "membrane potential")
	p.X.Padding, p.Y.Padding = 0, 0
	k := keyOf(p)
	p.Add(&arrows{x: f.X, y: f.Y, nx: 19, ny: 15, color: midInk,
		field: func(_, y float64) (float64, float64) { return 1, f.F(y) }})
	if f.Threshold != 0 && isFinite(f.Threshold) {
		r := newRule(f.Threshold, false, Colour(6))
		p.Add(r)
		k.add("threshold", r)
	}
	named := map[string]bool{}
	for _, e := range Equilibria(f.F, f.Y) {
		r := newRule(e.At, false, Colour(2))
		name := "attractor"
		if e.Stable {
			r.style.Dashes, r.style.Width = nil, vg.Points(1.2)
		} else {
			r.style.Color, name = Colour(1), "repeller"
		}
		p.Add(r)
		if !named[name] {
			k.add(name, r)
			named[name] = true
		}
	}
	for i, y0 := range f.From {
		l := f.solve(y0)
		p.Add(l)
		if i == 0 {
			k.add("solution", l)
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.X.Min, f.X.Max, f.Y.Min, f.Y.Max
	return p
}

// solve integrates the flow by Runge-Kutta's fourth-order method until it
// leaves the plot.
func (f *Flow) solve(y0 float64) *curve {
	const steps = 400
	h := (f.X.Max - f.X.Min) / steps
	l := newCurve([]float64{f.X.Min}, []float64{y0}, Colour(0), 1.3)
	height := f.Y.Max - f.Y.Min
	for i, y := 1, y0; i <= steps; i++ {
		k1 := f.F(y)
		k2 := f.F(y + h/2*k1)
		k3 := f.F(y + h/2*k2)
		k4 := f.F(y + h*k3)
		y += h / 6 * (k1 + 2*k2 + 2*k3 + k4)
		if !isFinite(y) || y < f.Y.Min-height || y > f.Y.Max+height {
			break
		}
		l.xs, l.ys = append(l.xs, f.X.Min+float64(i)*h), append(l.ys, y)
	}
	return l
}

// Equilibrium is a zero of a flow; nearby states approach a stable one.
type Equilibrium struct {
	At     float64
	Stable bool
}

// Equilibria finds the zeros of f with a change of sign in a range.
func Equilibria(f func(float64) float64, in Range) []Equilibrium {
	const cells = 2000
	var out []Equilibrium
	a := in.Min
	fa := f(a)
	for i := 1; i <= cells; i++ {
		b := in.at(float64(i) / cells)
		fb := f(b)
		if fa != 0 && (fb == 0 || fa*fb < 0) {
			out = append(out, Equilibrium{bisect(f, a, b, fa), fa > 0})
		}
		a, fa = b, fb
	}
	return out
}

// bisect returns the zero of f between a and b, where f(a) = fa.
func bisect(f func(float64) float64, a, b, fa float64) float64 {
	for range 60 {
		m := (a + b) / 2
		fm := f(m)
		if fm == 0 {
			return m
		}
		if fa*fm < 0 {
			b = m
		} else {
			a, fa = m, fm
		}
	}
	return (a + b) / 2
}

// Plane is a two-dimensional dynamical system (dv/dt, du/dt) = Field(v, u).
type Plane struct {
	Title          string
	Field          func(v, u float64) (dv, du float64)
	V, U           Range
	VLabel, ULabel string
	From           [][2]float64 // trajectories start here
	Time           float64      // how long trajectories run; 0 for 20
	Threshold      float64      // of firing, on v; NaN or 0 for none
}

// PhasePlane draws a Plane: the directions of its vector field, both
// nullclines, the equilibria where they cross (filled when stable) and
// trajectories.
func PhasePlane(s Plane) *plot.Plot {
	p := New(s.Title)
	p.X.Label.Text, p.Y.Label.Text = or(s.VLabel, "membrane potential V"), or(s.ULabel, "resistance U")
	p.X.Padding, p.Y.Padding = 0, 0
	k := keyOf(p)
	p.Add(&arrows{x: s.V, y: s.U, nx: 21, ny: 17, color: midInk, field: s.Field})
	null := func(pick func(dv, du float64) float64, c color.NRGBA, name string) {
		z := &zeroLine{x: s.V, y: s.U, style: draw.LineStyle{Color: c, Width: vg.Points(1.3)},
			f: func(v, u float64) float64 { return pick(s.Field(v, u)) }}
		p.Add(z)
		k.add(name, z)
	}
	null(func(dv, _ float64) float64 { return dv }, Colour(0), "dV/dt = 0")
	null(func(_, du float64) float64 { return du }, Colour(1), "dU/dt = 0")
	if s.Threshold != 0 && isFinite(s.Threshold) {
		r := newRule(s.Threshold, true, Colour(6))
		p.Add(r)
		k.add("threshold", r)
	}
	for _, q := range s.From {
		l := s.trajectory(q)
		start := newMarks(l.xs[:1], l.ys[:1], Colour(2), 1.8, draw.CircleGlyph{})
		p.Add(l, start)
	}
	named := map[string]bool{}
	for _, e := range s.Equilibria() {
		m := newMarks([]float64{e.V}, []float64{e.U}, ink, 3, draw.CircleGlyph{})
		name := "stable"
		if !e.Stable {
			name = "unstable"
			m.style.Color, m.edge = color.NRGBA{255, 255, 255, 255}, draw.LineStyle{Color: ink, Width: vg.Points(1)}
		}
		p.Add(m)
		if !named[name] {
			k.add(name, m)
			named[name] = true
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = s.V.Min, s.V.Max, s.U.Min, s.U.Max
	return p
}

func (s *Plane) trajectory(q [2]float64) *curve {
	const steps = 2000
	total := s.Time
	if total <= 0 {
		total = 20
	}
	h := total / steps
	v, u := q[0], q[1]
	l := newCurve([]float64{v}, []float64{u}, Colour(2), 1.1)
	for range steps { // the midpoint method
		dv, du := s.Field(v, u)
		dv, du = s.Field(v+h/2*dv, u+h/2*du)
		v, u = v+h*dv, u+h*du
		if !isFinite(v+u) || math.Abs(v) > 1e6 || math.Abs(u) > 1e6 {
			break
		}
		l.xs, l.ys = append(l.xs, v), append(l.ys, u)
	}
	return l
}

// PlaneEquilibrium is a point where a Plane rests.
type PlaneEquilibrium struct {
	V, U   float64
	Kind   string // "node", "focus", "saddle" or "centre", by the eigenvalues λ of the Jacobian
	Stable bool   // of the flow: both λ have negative real parts
	Steps  bool   // stable under Euler steps of 1, as networks take them: both |1 + λ| < 1
}

// String is such as "stable focus at (0.08, -0.02), but not under steps of 1".
func (e PlaneEquilibrium) String() string {
	text := fmt.Sprintf("%s at (%.3g, %.3g)", e.Kind, e.V, e.U)
	if e.Stable {
		text = "stable " + text
	} else if e.Kind == "node" || e.Kind == "focus" {
		text = "unstable " + text
	}
	if e.Stable && !e.Steps {
		text += ", but not under steps of 1"
	}
	return text
}

// classified is the equilibrium at a point with the Jacobian (a b; c d).
func classified(v, u, a, b, c, d float64) PlaneEquilibrium {
	trace, det := a+d, a*d-b*c
	e := PlaneEquilibrium{V: v, U: u, Kind: "node", Stable: trace < 0 && det > 0}
	spread := trace*trace/4 - det // of the eigenvalues around trace/2, squared
	switch scale := math.Abs(a) + math.Abs(b) + math.Abs(c) + math.Abs(d); {
	case det < 0:
		e.Kind = "saddle"
	case spread < 0 && math.Abs(trace) < 1e-7*scale: // as exact as the differences are
		e.Kind, e.Stable = "centre", false
	case spread < 0:
		e.Kind = "focus"
	}
	largest := math.Hypot(1+trace/2, math.Sqrt(max(0, -spread)))
	if spread > 0 {
		largest = math.Abs(1+trace/2) + math.Sqrt(spread)
	}
	e.Steps = largest < 1
	return e
}

// Equilibria finds the plane's equilibria by Newton's method from a grid of
// starting points, in the order of V.
func (s *Plane) Equilibria() []PlaneEquilibrium {
	const grid = 24
	var out []PlaneEquilibrium
	dv, du := s.V.Max-s.V.Min, s.U.Max-s.U.Min
	for i := range grid + 1 {
		for j := range grid + 1 {
			v, u, ok := s.newton(s.V.at(float64(i)/grid), s.U.at(float64(j)/grid))
			if !ok || v < s.V.Min || v > s.V.Max || u < s.U.Min || u > s.U.Max {
				continue
			}
			known := false
			for _, e := range out {
				known = known || math.Abs(e.V-v) < 1e-6*dv && math.Abs(e.U-u) < 1e-6*du
			}
			if !known {
				a, b, c, d := s.jacobian(v, u)
				out = append(out, classified(v, u, a, b, c, d))
			}
		}
	}
	return out
}

func (s *Plane) newton(v, u float64) (float64, float64, bool) {
	for range 40 {
		f, g := s.Field(v, u)
		a, b, c, d := s.jacobian(v, u)
		det := a*d - b*c
		if det == 0 || !isFinite(det) {
			return 0, 0, false
		}
		dv, du := (d*f-b*g)/det, (a*g-c*f)/det
		v, u = v-dv, u-du
		if math.Abs(dv)+math.Abs(du) < 1e-12*(1+math.Abs(v)+math.Abs(u)) {
			return v, u, true
		}
	}
	return 0, 0, false
}

// jacobian returns the derivatives by central differences.
func (s *Plane) jacobian(v, u float64) (a, b, c, d float64) {
	const h = 1e-5
	f1, g1 := s.Field(v+h, u)
	f0, g0 := s.Field(v-h, u)
	a, c = (f1-f0)/(2*h), (g1-g0)/(2*h)
	f1, g1 = s.Field(v, u+h)
	f0, g0 = s.Field(v, u-h)
	return a, (f1 - f0) / (2 * h), c, (g1 - g0) / (2 * h)
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
