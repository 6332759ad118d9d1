package tasks

import (
	"bytes"
	"fmt"
)

// header opens a saved state: format, version, task and the options that the
// physics depends on.
func (l *Locomotion) appendHeader(dst []byte) []byte {
	return fmt.Appendf(dst, "TASK1 %s %s %s\n", l.def.name, l.opts.Inertia, l.opts.Contact)
}

// AppendState appends the whole state to dst.
func (l *Locomotion) AppendState(dst []byte) []byte {
	dst = l.appendHeader(dst)
	dst = l.ep.AppendState(dst)
	return l.sim.AppendState(dst)
}

// RestoreState goes back to a state that AppendState appended; when it is
// refused nothing has changed. The terms of the last reward are not part of it.
func (l *Locomotion) RestoreState(state []byte) error {
	head := l.appendHeader(nil)
	rest, ok := bytes.CutPrefix(state, head)
	if !ok {
		return foreignState(l.def.name, state, head)
	}
	ep, rest, err := l.ep.ParseState(rest)
	if err == nil {
		err = l.sim.RestoreState(rest)
	}
	if err != nil {
		return fmt.Errorf("%s: restore: %w", l.def.name, err)
	}
	l.ep = ep
	l.terms = Terms{}
	return nil
}

// foreignState is the error for a state that does not begin with head.
func foreignState(name string, state, head []byte) error {
	line, _, _ := bytes.Cut(state[:min(len(state), 80)], []byte("\n"))
	return fmt.Errorf("%s: restore: the saved state begins with %q, not with %q: it belongs to another task or other options, or is damaged", name, line, bytes.TrimSpace(head))
}
