package envtest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

func checkSpec(f Factory) error {
	p, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	s := p.Spec()
	switch {
	case s.Name == "":
		return errors.New("no name")
	case s.ObsDim <= 0 || s.ActDim <= 0 || s.MaxSteps < 0 || !(s.Dt > 0):
		return fmt.Errorf("sizes %+v", s)
	case len(s.ActLow) != s.ActDim || len(s.ActHigh) != s.ActDim:
		return fmt.Errorf("%d and %d bounds for %d action dimensions", len(s.ActLow), len(s.ActHigh), s.ActDim)
	}
	for i := range s.ActLow {
		if !(s.ActLow[i] < s.ActHigh[i]) || !finite(s.ActLow) || !finite(s.ActHigh) {
			return fmt.Errorf("bounds of action %d: %v to %v", i, s.ActLow[i], s.ActHigh[i])
		}
	}
	s.ActLow[0], s.ActHigh[0] = -1e9, 1e9
	if t := p.Spec(); t.ActLow[0] == -1e9 || t.ActHigh[0] == 1e9 {
		return errors.New("method Spec hands out the environment's own slices")
	}
	return nil
}

func checkObservation(f Factory) error {
	p, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	for k := range 20 {
		for i := range p.obs {
			p.obs[i] = math.NaN()
		}
		if k%10 == 0 {
			err = p.reset(uint64(k))
		} else {
			var r env.Result
			if r, err = p.step(); r.Done() {
				err = p.reset(uint64(k))
			}
		}
		if err != nil {
			return err
		}
		if !finite(p.obs) {
			return fmt.Errorf("call %d wrote %v", k, p.obs)
		}
	}
	return nil
}

func checkBeforeReset(f Factory) error {
	p, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	if _, err := p.step(); !errors.Is(err, env.ErrNeedsReset) {
		return fmt.Errorf("a Step before Reset: %v", err)
	}
	return nil
}

// refused checks that a call on p fails and leaves p as its twin q.
func refused(p, q *player, what string, target error, call func() error) error {
	before := slices.Clone(p.obs)
	err := call()
	if err == nil {
		return fmt.Errorf("%s: accepted", what)
	}
	if target != nil && !errors.Is(err, target) {
		return fmt.Errorf("%s: error %q does not wrap %q", what, err, target)
	}
	if !sameBits(before, p.obs) {
		return fmt.Errorf("%s: the observation was overwritten", what)
	}
	if err := p.sameAs(q, 3); err != nil {
		return fmt.Errorf("after %s: %w", what, err)
	}
	return nil
}

func checkLengths(f Factory) error {
	p, q, err := pair(f, 3)
	if err != nil {
		return err
	}
	defer p.Close()
	defer q.Close()
	n, m := len(p.obs), len(p.act)
	for _, c := range [][2]int{{n - 1, m}, {n + 1, m}, {0, m}, {n, m - 1}, {n, m + 1}, {n, 0}} {
		what := fmt.Sprintf("Step with %d observations (of %d) and %d actions (of %d)", c[0], n, c[1], m)
		err := refused(p, q, what, nil, func() error {
			_, err := p.Step(make([]float64, c[0]), make([]float64, c[1]))
			return err
		})
		if err != nil {
			return err
		}
	}
	return refused(p, q, "Reset with too short an observation", nil, func() error {
		return p.Reset(make([]float64, n-1), rng.New(9, "env"))
	})
}

func checkNonFinite(f Factory) error {
	p, q, err := pair(f, 3)
	if err != nil {
		return err
	}
	defer p.Close()
	defer q.Close()
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for i := range p.act {
			act := make([]float64, len(p.act))
			act[i] = bad
			err := refused(p, q, fmt.Sprintf("Step with action[%d] = %v", i, bad), env.ErrBadAction, func() error {
				_, err := p.Step(p.obs, act)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func checkActionKept(f Factory) error {
	p, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.reset(1); err != nil {
		return err
	}
	high := p.Spec().ActHigh
	for i := range p.act {
		p.act[i] = 1.5 * high[i]
	}
	want := slices.Clone(p.act)
	if _, err := p.Step(p.obs, p.act); err != nil {
		return fmt.Errorf("action %v: %w", want, err)
	}
	if !sameBits(want, p.act) {
		return fmt.Errorf("action %v became %v", want, p.act)
	}
	return nil
}

func checkDeterministic(f Factory) error {
	p, q, err := pair(f, 60)
	if err != nil {
		return err
	}
	defer p.Close()
	defer q.Close()
	// And the second after the first, instead of in turns.
	var trace [2][]float64
	for k, x := range []*player{p, q} {
		x.actions = rng.New(8, "actions")
		if err := x.reset(3); err != nil {
			return err
		}
		for range 10 {
			r, err := x.step()
			if err != nil {
				return err
			}
			trace[k] = append(append(trace[k], r.Reward), x.obs...)
			if r.Done() {
				break
			}
		}
	}
	if !sameBits(trace[0], trace[1]) {
		return errors.New("one instance after the other differs from the first")
	}
	return nil
}

func checkSeeded(f Factory) error {
	p, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	stream := rng.New(1, "env")
	var starts [][]float64
	for k := range 3 {
		if err := p.Reset(p.obs, stream); err != nil {
			return err
		}
		starts = append(starts, slices.Clone(p.obs))
		if err := p.reset(uint64(100 + k)); err != nil {
			return err
		}
		starts = append(starts, slices.Clone(p.obs))
	}
	for i := range starts {
		for j := range i {
			if sameBits(starts[i], starts[j]) {
				return fmt.Errorf("two draws start with the same observation %v", starts[i])
			}
		}
	}
	return nil
}

func checkTimeLimit(f Factory) error {
	const limit = 4
	p, err := newPlayer(f, limit)
	if err != nil {
		return err
	}
	defer p.Close()
	if got := p.Spec().MaxSteps; got != limit {
		return fmt.Errorf("Spec().MaxSteps = %d for a limit of %d", got, limit)
	}
	truncated := 0
	for seed := range uint64(5) {
		if err := p.reset(seed); err != nil {
			return err
		}
		for k := 1; ; k++ {
			r, err := p.step()
			if err != nil {
				return err
			}
			switch {
			case r.Terminated && r.Truncated:
				return fmt.Errorf("step %d is both terminated and truncated", k)
			case r.Truncated && k != limit, !r.Done() && k >= limit:
				return fmt.Errorf("step %d of %d: %+v", k, limit, r)
			}
			if r.Truncated {
				truncated++
			}
			if r.Done() {
				break
			}
		}
	}
	if truncated == 0 {
		return fmt.Errorf("no episode of %d steps was truncated", limit)
	}
	return nil
}

func checkAfterEnd(f Factory) error {
	p, err := newPlayer(f, 3)
	if err != nil {
		return err
	}
	defer p.Close()
	for seed := range uint64(2) {
		if err := p.reset(seed); err != nil {
			return err
		}
		for {
			r, err := p.step()
			if err != nil {
				return err
			}
			if r.Done() {
				break
			}
		}
		for range 2 {
			if _, err := p.step(); !errors.Is(err, env.ErrNeedsReset) {
				return fmt.Errorf("a Step after the end: %v", err)
			}
		}
	}
	return nil
}

func checkResetForgets(f Factory) error {
	p, q, err := pair(f, 0)
	if err != nil {
		return err
	}
	defer p.Close()
	defer q.Close()
	for range 50 {
		r, err := p.step()
		if err != nil {
			return err
		}
		if r.Done() {
			break
		}
	}
	p.actions, q.actions = rng.New(5, "actions"), rng.New(5, "actions")
	if err := errors.Join(p.reset(2), q.reset(2)); err != nil {
		return err
	}
	if !sameBits(p.obs, q.obs) {
		return fmt.Errorf("a used instance starts with %v, a new one with %v", p.obs, q.obs)
	}
	return p.sameAs(q, 20)
}

func checkNoAllocation(f Factory) error {
	p, err := newPlayer(f, -1)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.reset(1); err != nil {
		return err
	}
	stream := rng.New(2, "env")
	var failed error
	n := testing.AllocsPerRun(50, func() {
		r, err := p.Step(p.obs, p.act)
		if r.Done() {
			err = p.Reset(p.obs, stream)
		}
		if err != nil {
			failed = err
		}
	})
	if failed != nil {
		return failed
	}
	if n != 0 {
		return fmt.Errorf("%v allocations per step", n)
	}
	return nil
}

func checkClose(f Factory) error {
	p, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	return errors.Join(p.reset(1), p.Close(), p.Close())
}
