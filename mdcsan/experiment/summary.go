package experiment

import (
	"fmt"
	"html"
	"reflect"
	"strings"

	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/td3"
)

// A summary is what a notebook shows for a value: a short table.
type summary struct {
	title string
	rows  [][2]string
}

func (s *summary) add(name, format string, args ...any) {
	s.rows = append(s.rows, [2]string{name, fmt.Sprintf(format, args...)})
}

func (s *summary) String() string {
	width := 0
	for _, r := range s.rows {
		width = max(width, len(r[0]))
	}
	var b strings.Builder
	b.WriteString(s.title)
	for _, r := range s.rows {
		fmt.Fprintf(&b, "\n  %-*s  %s", width, r[0], r[1])
	}
	return b.String()
}

func (s *summary) bundle() map[string]any {
	var b strings.Builder
	fmt.Fprintf(&b, "<table><caption style=\"text-align:left\"><b>%s</b></caption><tbody>", html.EscapeString(s.title))
	for _, r := range s.rows {
		fmt.Fprintf(&b, "<tr><td style=\"text-align:left\">%s</td><td style=\"text-align:left\">%s</td></tr>", html.EscapeString(r[0]), html.EscapeString(r[1]))
	}
	b.WriteString("</tbody></table>")
	return map[string]any{"text/plain": s.String(), "text/html": b.String()}
}

// Setting is one field of a Config, for tables and command-line flags.
type Setting struct {
	Name  string // as in a config file
	Help  string
	Value reflect.Value
}

// Settings lists the fields of a Config; their values can be set.
func (c *Config) Settings() []Setting {
	v := reflect.ValueOf(c).Elem()
	var out []Setting
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		if name := tag.Get("toml"); name != "-" {
			out = append(out, Setting{name, tag.Get("help"), v.Field(i)})
		}
	}
	return out
}

// MimeBundle shows the settings; those that are not the task's default stand
// first, with the default beside them.
func (c Config) MimeBundle() map[string]any {
	def := DefaultConfig(c.Task)
	defaults := def.Settings()
	s := &summary{title: c.Name()}
	var rest summary
	for i, f := range c.Settings() {
		if d := defaults[i].Value.Interface(); !reflect.DeepEqual(f.Value.Interface(), d) {
			s.add(f.Name, "%v (default %v)", f.Value, d)
		} else {
			rest.add(f.Name, "%v", f.Value)
		}
	}
	s.rows = append(s.rows, rest.rows...)
	return s.bundle()
}

func (c Config) String() string { return c.Name() }

// MimeBundle shows how the run stands.
func (r *Run) MimeBundle() map[string]any { return r.summary().bundle() }

func (r *Run) String() string { return r.summary().String() }

func (r *Run) summary() *summary {
	s := &summary{title: fmt.Sprintf("Run of %s, seed %d", r.Config.Name(), r.Config.Seed)}
	s.add("steps", "%d of %d, %d updates, %d episodes", r.step, r.Config.Steps, r.updates, r.episode)
	if a, ok := r.Learner.(*td3.Agent); ok {
		s.add("parameters", "%d in the actor, %d in each critic", nn.Count(a.Actor().Params()), nn.Count(a.Critic(0).Params()))
	}
	if n := len(r.Evaluations); n > 0 {
		s.add("first evaluation", "%v at step %d", r.Evaluations[0], r.Evaluations[0].Step)
		s.add("last evaluation", "%v at step %d", r.Evaluations[n-1], r.Evaluations[n-1].Step)
		s.add("best evaluation", "%v at step %d", r.Best, r.Best.Step)
	}
	if r.Config.Dir != "" {
		s.add("folder", "%s", r.Config.Dir)
	}
	return s
}

// MimeBundle describes the actor.
func (a *Actor) MimeBundle() map[string]any { return a.summary().bundle() }

func (a *Actor) String() string { return a.summary().String() }

func (a *Actor) summary() *summary {
	c := a.Config
	s := &summary{title: fmt.Sprintf("Actor %s for %s", c.Actor, a.Spec.Name)}
	if a.Note != "" {
		s.add("note", "%s", a.Note)
	}
	s.add("observation, action", "%d numbers, %d numbers in [%g, %g]", a.Spec.ObsDim, a.Spec.ActDim, a.Spec.ActLow[0], a.Spec.ActHigh[0])
	net, err := a.Network()
	if err != nil {
		s.add("layers", "%v relu, then tanh", c.Hidden)
		s.add("parameters", "%d", a.ParamCount())
		return s
	}
	n := net.Config()
	s.add("input", "coding %s, %d neurons", n.Coding, n.InputSize())
	s.add("layers", "%v neurons of kind %s", n.LayerSizes(), c.kindName(n))
	if c.Spiking() {
		s.add("time steps", "%d", n.T)
	}
	if own, err := n.Neuron.Equations(); err == nil && own != nil {
		s.add("equations", "%s", own.Text)
	}
	if c.Actor == "mdcsan" && (c.Neuron == "dn" || c.Neuron == "dn-printed") {
		s.add("theta", "%v, %s", c.Theta, map[string]string{"fixed": "fixed", "layer": "learnt per layer", "neuron": "learnt per neuron"}[c.Learn])
	}
	s.add("decoder", "%d neurons per action, tanh", n.O)
	s.add("parameters", "%d", a.ParamCount())
	return s
}

// MimeBundle shows an evaluation.
func (e *Evaluation) MimeBundle() map[string]any {
	s := &summary{title: fmt.Sprintf("Return %.1f ± %.1f", e.Mean, e.Std)}
	s.add("episodes", "%d, mean length %.1f steps", len(e.Returns), e.MeanLength())
	s.add("worst, best", "%.1f, %.1f", e.Min(), e.Max())
	return s.bundle()
}
