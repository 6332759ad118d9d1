package tasks

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/pendulum"
)

// Names lists the tasks, the paper's first.
func Names() []string {
	var names []string
	for _, d := range locomotions() {
		names = append(names, d.name)
	}
	return append(names, pendulum.Name)
}

// Lookup describes a task with gym's settings; it needs no MuJoCo.
func Lookup(name string) (env.Spec, error) { return LookupWith(name, Options{}) }

// LookupWith describes a task with the given options; it needs no MuJoCo.
func LookupWith(name string, o Options) (env.Spec, error) {
	if err := o.Validate(); err != nil {
		return env.Spec{}, err
	}
	if name == pendulum.Name {
		s := pendulum.Spec()
		s.MaxSteps = o.limit(s.MaxSteps)
		return s, nil
	}
	d, err := find(name)
	if err != nil {
		return env.Spec{}, err
	}
	return d.spec(o), nil
}

// New makes an instance of a task. The caller closes it.
func New(name string, o Options) (env.Env, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if name == pendulum.Name {
		return pendulum.NewLimit(o.limit(pendulum.MaxSteps)), nil
	}
	d, err := find(name)
	if err != nil {
		return nil, err
	}
	l, err := newLocomotion(d, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

func find(name string) (*definition, error) {
	for _, d := range locomotions() {
		if d.name == name {
			return &d, nil
		}
	}
	return nil, unknown(name)
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
	return fmt.Errorf("%w %q.%s There are %s", env.ErrUnknownTask, name, hint, strings.Join(Names(), ", "))
}
