package golang

import (
	"fmt"
	"runtime/debug"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
)

// at notes the step that the engine is in, for the message should it panic.
func (s *session) at(st cell.Step) {
	s.step = st
	if s.plant != nil {
		s.plant(st)
	}
}

// contain calls f. A panic in it is a defect of the engine, never of the cell:
// it ends the cell with an error that asks for a report, and undo, if there is
// one, takes back what f has done to the session.
func (e *Engine) contain(r *running, undo func(), f func() *engine.Error) (err *engine.Error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		stack := debug.Stack()
		if undo != nil {
			undo()
		}
		err = e.session.internalError(r.cell, v, stack)
	}()
	return f()
}

// internalError asks for a report.
func (s *session) internalError(c engine.Cell, v any, stack []byte) *engine.Error {
	what := fmt.Sprintf("gomdcsan failed while %s cell[%d]: %s", s.step, c.Count, shortened(message(v)))
	e := &engine.Error{Name: "internal error", Value: what}
	e.Traceback = append(e.Traceback, bold(red(e.Name))+": "+what,
		"This is a defect of gomdcsan, not of the cell. Please report it with the cell and the lines below.",
		"The session is as it was before the cell.")
	e.Traceback = append(e.Traceback, lines(shortened(string(stack)))...)
	return e
}

// snapshot remembers the session's declarations and variables, and returns
// what puts them back.
func (s *session) snapshot() (restore func()) {
	w, imports, src := s.env, s.imports, s.source
	back := w.Snapshot()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		back()
		s.env, s.imports, s.source = w, imports, src
		s.interpreters.Forget() // it may have half of the cell
	}
}
