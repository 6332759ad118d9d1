package tasks

import (
	"fmt"

	"gomdcsan/mdcsan/env/gym"
	"gomdcsan/mdcsan/env/mjcf"
)

// Contact says what Ant's contact forces are.
type Contact string

// The contact forces of gym with MuJoCo 2, and with MuJoCo 1.5 or
// mj_rnePostConstraint. The zero value "" means ContactZero.
const (
	ContactZero Contact = "zero"
	ContactRNE  Contact = "rne"
)

// Options are the choices that gym or its MuJoCo left open. The zero value is
// the paper's setting.
type Options struct {
	Inertia  mjcf.Inertia // of capsules: "legacy" (default) | "exact"
	Contact  Contact      // Ant's contact forces: "zero" (default) | "rne"
	Position bool         // observe the plane coordinates too (exclude_current_positions_from_observation=False)
	Robot    *Design      // the model of a task "mjcf:FILE"; nil: read from FILE
	MaxSteps int          // time limit in environment steps; 0: gym's, negative: none
}

// Validate reports an option that has no meaning.
func (o Options) Validate() error {
	switch o.Inertia {
	case "", mjcf.Legacy, mjcf.Exact:
	default:
		return fmt.Errorf("tasks: inertia %q: want %q (MuJoCo of the paper's time, the default) or %q", o.Inertia, mjcf.Legacy, mjcf.Exact)
	}
	switch o.Contact {
	case "", ContactZero, ContactRNE:
	default:
		return fmt.Errorf("tasks: contact %q: want %q (the default) or %q", o.Contact, ContactZero, ContactRNE)
	}
	return nil
}

// withDefaults spells out the zero value.
func (o Options) withDefaults() Options {
	if o.Inertia == "" {
		o.Inertia = mjcf.Legacy
	}
	if o.Contact == "" {
		o.Contact = ContactZero
	}
	return o
}

// version3 refuses options that only tasks of version 3 know.
func (o Options) version3(name string) error {
	if o.Inertia == mjcf.Legacy || o.Contact == ContactRNE {
		return fmt.Errorf("tasks: inertia %q and contact %q are settings of version 3, not of %s", o.Inertia, o.Contact, name)
	}
	return nil
}

func (o Options) gym() gym.Options { return gym.Options{MaxSteps: o.MaxSteps} }

// limit is the time limit for a task whose own is gym.
func (o Options) limit(gym int) int {
	switch {
	case o.MaxSteps < 0:
		return 0
	case o.MaxSteps == 0:
		return gym
	}
	return o.MaxSteps
}
