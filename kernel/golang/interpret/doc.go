// Package interpret runs cells without the Go compiler. It has two engines:
//
//	yaegi     for statements that lowering has a rule for
//	eval      for all else; see package eval
//
// Lowering (lowering.go, lowerstmt.go, lowercall.go) writes a checked cell in
// the small part of Go that yaegi surely gets right: constants folded and typed,
// each local variable under a name of its own, the session's variables behind
// pointers, several assignments through temporaries, indices checked before use.
// It is the gate as well: what it has no rule for, it refuses. yaegi.go holds
// the interpreter, which is thrown away for a new one now and then, because it
// gives nothing back; tables.go what compiled packages export; evaluate.go
// hands a cell to package eval.
package interpret
