package tasks

import (
	"fmt"
	"math"
	"strings"

	"github.com/agnivade/levenshtein"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/gym"
	"gomdcsan/mdcsan/env/mjcf"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/pendulum"
)

// Names lists the tasks, the paper's first.
func Names() []string {
	var names []string
	for _, d := range locomotions() {
		names = append(names, d.name)
	}
	for _, g := range gymTasks() {
		names = append(names, g.name)
	}
	return append(names, pendulum.Name)
}

// Lookup describes a task with gym's settings; it needs no MuJoCo.
func Lookup(name string) (env.Spec, error) { return LookupWith(name, Options{}) }

// LookupWith describes a task with the given options; it needs no MuJoCo, but
// for a task "gym:ID" the Python that has it.
func LookupWith(name string, o Options) (env.Spec, error) {
	k, err := find(name, o)
	if err != nil {
		return env.Spec{}, err
	}
	if k.spec == nil {
		return gym.Lookup(name, o.gym())
	}
	return k.spec(), nil
}

// New makes an instance of a task. The caller closes it.
func New(name string, o Options) (env.Env, error) {
	k, err := find(name, o)
	if err != nil {
		return nil, err
	}
	e, err := k.make()
	switch {
	case err == nil:
		return e, nil
	case strings.HasPrefix(name, gym.Prefix): // names itself
		return nil, err
	}
	return nil, fmt.Errorf("%s: %w", name, err)
}

// known is a task that was found, its options applied.
type known struct {
	spec  func() env.Spec // nil: Gymnasium knows
	make  func() (env.Env, error)
	table func() mjcf.Model             // what pictures show without MuJoCo; nil: none
	load  func() (*mujoco.Model, error) // the model; nil: none
	start func() []float64              // pose at the start of an episode, if there is no model
}

// find looks a task up by its name, such as "Hopper-v3" or
// "Ant-v4?use_contact_forces=true".
func find(full string, o Options) (known, error) {
	if err := o.Validate(); err != nil {
		return known{}, err
	}
	if file, ok := strings.CutPrefix(full, Own); ok {
		return ownRobot(file, o)
	}
	if strings.HasPrefix(full, gym.Prefix) {
		return gymnasium(full, o)
	}
	name, options := splitName(full)
	for _, g := range gymTasks() {
		if g.name == name {
			return g.known(full, options, o)
		}
	}
	if options != "" {
		if _, err := find(name, o); err != nil {
			return known{}, err
		}
		return known{}, fmt.Errorf("tasks: %s takes no options after a question mark (%q); its settings are inertia and contact", name, options)
	}
	if name == pendulum.Name {
		return pendulumTask(o), nil
	}
	for _, d := range locomotions() {
		if d.name == name {
			return known{
				spec: func() env.Spec { return d.spec(o) }, table: d.model,
				make: func() (env.Env, error) { return newLocomotion(&d, o) },
			}, nil
		}
	}
	return known{}, unknown(name)
}

// gymnasium is a task of an installed Gymnasium.
func gymnasium(full string, o Options) (known, error) {
	return known{make: func() (env.Env, error) { return gym.New(full, o.gym()) }}, o.version3(full)
}

// ownRobot is the task on an MJCF file.
func ownRobot(file string, o Options) (known, error) {
	if err := o.version3(Own + file); err != nil {
		return known{}, err
	}
	d := o.Robot
	if d == nil {
		var err error
		if d, err = ReadDesign(file); err != nil {
			return known{}, err
		}
	}
	return d.known(o)
}

func pendulumTask(o Options) known {
	return known{
		spec: func() env.Spec {
			s := pendulum.Spec()
			s.MaxSteps = o.limit(s.MaxSteps)
			return s
		},
		make:  func() (env.Env, error) { return pendulum.NewLimit(o.limit(pendulum.MaxSteps)), nil },
		start: func() []float64 { return []float64{math.Pi, 0} }, // hanging, no torque
	}
}

// known applies options to a task of Gymnasium.
func (g *gymTask) known(full, options string, o Options) (known, error) {
	switch {
	case o.Inertia == mjcf.Legacy:
		return known{}, fmt.Errorf("tasks: %s is defined with inertia %q; only the tasks of version 3 know %q", g.name, mjcf.Exact, mjcf.Legacy)
	case o.Contact == ContactRNE:
		return known{}, fmt.Errorf("tasks: contact %q is a setting of Ant-v3; Ant-v4?use_contact_forces=true and Ant-v5 have contact forces", ContactRNE)
	}
	keys, err := g.keys.with(g.name, options)
	if err != nil {
		return known{}, err
	}
	if w := keys.find(exclude().name); w != nil && o.Position {
		w.value[0] = 0
	}
	load := func() (*mujoco.Model, error) { return mujoco.Load(g.model()) }
	return known{
		spec: func() env.Spec { return g.plan(full, keys, o).spec },
		make: func() (env.Env, error) {
			m, err := load()
			if err != nil {
				return nil, err
			}
			return newRobot(g.plan(full, keys, o), m)
		},
		table: g.table, load: load,
	}, nil
}

// unknown names the tasks there are and the one that was meant.
func unknown(name string) error {
	best, distance := "", 5
	for _, n := range Names() {
		d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(n))
		base, _, _ := strings.Cut(n, "-")
		if strings.EqualFold(name, base) {
			d = 0
		}
		if d < distance {
			best, distance = n, d
		}
	}
	hint := ""
	if best != "" {
		hint = fmt.Sprintf(" Did you mean %q?", best)
	}
	return fmt.Errorf("%w %q.%s There are %s, mjcf:FILE.xml, and gym:ID for those of an installed Gymnasium", env.ErrUnknownTask, name, hint, strings.Join(Names(), ", "))
}
