// Package golang runs cells of Go: it implements engine.Engine in the worker
// process, around the yaegi interpreter and the Go compiler.
//
// A cell mixes imports, declarations and statements. It takes four steps:
//
//	source.go    cut and parsed, each of the three from a copy of the text in
//	             which the others are blank, so that positions stay
//	check.go     checked by go/types against the whole session (world.go), with
//	             the types of package symbols: no toolchain is needed. All errors
//	             come at once, and a refused cell changes nothing
//	evaluate.go  statements without loops and function literals: evaluated at
//	             once by package eval, so that no cell waits for a compiler in vain
//	lower*.go    other statements: written for the interpreter in the small part
//	             of Go that it surely gets right, and then evaluated too where
//	             eval has a rule. What has none in lower is refused
//	emit.go      all else: written for the compiler (edits.go puts in the stop
//	             checks), built as a plugin in about 0.4 s (toolchain.go), cached
//	             by content, loaded (native.go)
//	evaluate.go  or, without a toolchain, made by package eval: closures over
//	             typed memory, with types that package rtype makes at run time
//
// Without a toolchain of the version that built this program, its sources and
// a C compiler, functions, types and methods are interpreted, which a note says
// once; what has no rule there is refused with the reason. %%native and
// %%interpret at the top of a cell force a path.
//
// # What cells mean
//
// Variables defined at the top level of a cell, with := or var, are the
// session's. They live in slots, memory that interpreted and compiled code both
// reach by pointer; defined again with the same type, a variable keeps its slot.
// Functions and methods are called through slots too, so that defining one
// again reaches all callers, closures and values in interfaces included. What
// cannot go through a slot (types, constants, generic functions, other
// signatures) makes what refers to it be compiled again; what then no longer
// fits is dropped, with a note. A type that gets another method is a new type
// to Go, and the session's variables follow it. Unused imports and variables
// are allowed at the top level; a cell of declarations only initialises its
// variables in the order of their dependencies. Deferred calls of the top level
// run at the end of the cell. The values of the last expression are shown,
// except those of fmt's printing functions. _ in a later cell is the value shown
// last, with its type, __ and ___ those before it, _3 that of cell 3, and Out[3]
// the same as an any; the last 50 are kept (history.go).
//
// # What compiled cells cost
//
// A plugin is never unloaded: a compiled cell keeps about 1.5 MB, 10,000 of
// them 15 GB, where 10,000 statement cells keep nearly nothing. Equal cells are
// one plugin, and the cache on disk stays below 1 GB. Cells are compiled
// against the sources that this program was built from, to the byte: the
// installer keeps a copy of them, with their modules. Packages that the program
// does not have come in by an import (modules.go, foreign.go): of a module at
// the version that %require or the go.mod above the working directory says, else
// the newest that fits, since a process has one version of each package.
//
// Reading the compiled side: names with Ↄ or Ɱ are unexported names made
// reachable for later units (patch.go and typelinks_linux.go undo that for
// printing and reflection), pꞏx_3 points to the slot x_3, fꞏ... is a function's
// body, cellꞏ the statements. GOMDCSAN_KEEP_CELLS=DIR keeps what is generated.
//
// # Stopping
//
// An interrupt sets a flag (package rt) that loops, calls and channel operations
// of cells check; goroutines unwind by a panic, so that deferred calls run.
// It stops the goroutines of all cells. Calls into compiled packages end when
// they end: long ones take display.Context. A panic in a goroutine of a cell
// ends the cell, os.Exit and log.Fatal likewise; a runtime throw ends the
// process, which kernel/worker explains.
//
// Execute runs one cell at a time; Complete, Inspect, IsComplete and Interrupt
// may be called meanwhile.
package golang
