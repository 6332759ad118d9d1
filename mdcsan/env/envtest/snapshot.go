package envtest

import (
	"errors"
	"fmt"
	"slices"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/rng"
)

func checkSnapshot(f Factory) error {
	for _, after := range []int{0, 1, 7, 23} {
		if err := snapshotAfter(f, after); err != nil {
			return fmt.Errorf("saved after %d steps: %w", after, err)
		}
	}
	return snapshotAtEnd(f)
}

func snapshotAfter(f Factory, steps int) error {
	p, q, err := pair(f, steps)
	if err != nil {
		return err
	}
	defer p.Close()
	defer q.Close()
	s, ok := p.Env.(env.Snapshotter)
	if !ok {
		return errors.New("the environment is no env.Snapshotter")
	}
	state := s.AppendState([]byte("prefix"))
	if string(state[:6]) != "prefix" {
		return errors.New("AppendState does not append")
	}
	state = state[6:]

	other, err := newPlayer(f, 0)
	if err != nil {
		return err
	}
	defer other.Close()
	kept := slices.Clone(state)
	for range 30 { // go on with p, so that there is something to undo
		if r, err := p.step(); err != nil || r.Done() {
			break
		}
	}
	if !slices.Equal(kept, state) {
		return errors.New("the saved state changed with the environment")
	}
	for _, x := range []*player{p, other} {
		if err := x.Env.(env.Snapshotter).RestoreState(state); err != nil {
			return err
		}
		if again := x.Env.(env.Snapshotter).AppendState(nil); !slices.Equal(again, state) {
			return errors.New("saving the restored state gives other bytes")
		}
	}
	for _, x := range []*player{p, q, other} {
		x.actions = rng.New(11, "actions")
	}
	if err := p.sameAs(q, 40); err != nil {
		return fmt.Errorf("the same instance: %w", err)
	}
	// q has moved on: play other against a third run of the same steps.
	if err := s.RestoreState(state); err != nil {
		return err
	}
	p.actions = rng.New(11, "actions")
	if err := p.sameAs(other, 40); err != nil {
		return fmt.Errorf("another instance: %w", err)
	}
	return nil
}

func snapshotAtEnd(f Factory) error {
	p, err := newPlayer(f, 2)
	if err != nil {
		return err
	}
	defer p.Close()
	q, err := newPlayer(f, 2)
	if err != nil {
		return err
	}
	defer q.Close()
	if err := p.reset(1); err != nil {
		return err
	}
	for range 2 {
		if _, err := p.step(); err != nil {
			return err
		}
	}
	state := p.Env.(env.Snapshotter).AppendState(nil)
	if err := q.Env.(env.Snapshotter).RestoreState(state); err != nil {
		return err
	}
	if _, err := q.step(); !errors.Is(err, env.ErrNeedsReset) {
		return fmt.Errorf("restored at an episode's end, Step says %v", err)
	}
	fresh, err := newPlayer(f, 2)
	if err != nil {
		return err
	}
	defer fresh.Close()
	if err := q.Env.(env.Snapshotter).RestoreState(fresh.Env.(env.Snapshotter).AppendState(nil)); err != nil {
		return fmt.Errorf("the state before the first Reset: %w", err)
	}
	if _, err := q.step(); !errors.Is(err, env.ErrNeedsReset) {
		return fmt.Errorf("restored to before the first Reset, Step says %v", err)
	}
	return nil
}

func checkBadState(f Factory) error {
	p, q, err := pair(f, 3)
	if err != nil {
		return err
	}
	defer p.Close()
	defer q.Close()
	s, ok := p.Env.(env.Snapshotter)
	if !ok {
		return errors.New("the environment is no env.Snapshotter")
	}
	state := s.AppendState(nil)
	bad := map[string][]byte{
		"a state with a byte too many": append(slices.Clone(state), 0),
		"text":                         []byte("no state at all, but long enough to look like one perhaps"),
		"zeros":                        make([]byte, len(state)),
		"all ones":                     slices.Repeat([]byte{255}, len(state)),
	}
	for n := range state {
		bad[fmt.Sprintf("the first %d of %d bytes", n, len(state))] = state[:n]
	}
	for what, b := range bad {
		if s.RestoreState(b) == nil {
			return fmt.Errorf("%s: accepted", what)
		}
	}
	if again := s.AppendState(nil); !slices.Equal(again, state) {
		return errors.New("a refused state changed the environment")
	}
	return p.sameAs(q, 10)
}
