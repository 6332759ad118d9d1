package golang

import "gomdcsan/kernel/engine"

// Complete offers completions.
func (e *Engine) Complete(code string, pos int) engine.Completion {
	return engine.Completion{Start: pos, End: pos}
}

// Inspect describes what stands at a position.
func (e *Engine) Inspect(code string, pos, detail int) engine.Inspection { return engine.Inspection{} }

// IsComplete says whether a cell can be run as it is.
func (e *Engine) IsComplete(code string) engine.Completeness {
	return engine.Completeness{Status: "unknown"}
}

var _ engine.Engine = (*Engine)(nil)
