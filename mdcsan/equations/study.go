package equations

import "fmt"

// Field returns the vector field of a neuron with two states under a constant
// current, without spikes: how much each changes in a step. It is what
// plotting.Plane takes, which finds and classifies the equilibria.
func (n *Neuron) Field(current float64, set Settings) (func(v, u float64) (dv, du float64), error) {
	if len(n.states) != 2 {
		return nil, fmt.Errorf("equations: %s has %d states, a phase plane needs 2", n.Name, len(n.states))
	}
	s := newSimulation(n, set)
	s.c = current
	return func(v, u float64) (float64, float64) {
		f := s.rates([]float64{v, u})
		return f[0], f[1]
	}, nil
}

// Slope is Field for a neuron with one state, as plotting.Flow takes it.
func (n *Neuron) Slope(current float64, set Settings) (func(v float64) float64, error) {
	if len(n.states) != 1 {
		return nil, fmt.Errorf("equations: %s has %d states, not 1", n.Name, len(n.states))
	}
	s := newSimulation(n, set)
	s.c = current
	return func(v float64) float64 { return s.rates([]float64{v})[0] }, nil
}

// rates is the change of each state in a step of length 1.
func (s *simulation) rates(states []float64) []float64 {
	env, out := s.env(states), make([]float64, len(states))
	for i, x := range s.n.states {
		if out[i] = value(x.update.value, env); !x.euler {
			out[i] -= states[i]
		}
	}
	return out
}

// Rates returns the f-I curve: for each constant current the share of the steps
// at which the neuron fires, after as many steps to settle.
func (n *Neuron) Rates(currents []float64, steps int, set Settings) []float64 {
	var out []float64
	set.CurrentDecay = 0 // the current itself
	for _, c := range currents {
		s := newSimulation(n, set)
		fired := 0
		for t := range 2 * steps {
			if s.step(c); t >= steps && s.signed() != 0 {
				fired++
			}
		}
		out = append(out, float64(fired)/float64(max(steps, 1)))
	}
	return out
}
