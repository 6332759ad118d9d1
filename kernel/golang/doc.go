// Package golang runs cells of Go: it implements engine.Engine in the worker
// process, around the yaegi interpreter and the Go compiler.
//
// A cell mixes imports, declarations and statements. Each package below has one
// idea, and they import one way, from the top of this list to its end:
//
//	magic      lines that are not Go: %time, !command, ?name
//	assist     completion, inspection, is it complete
//	cell       cut, parsed, checked by go/types against the session: a Plan.
//	           A refused cell changes nothing
//	interpret  engines without a compiler: yaegi, and package eval
//	native     a cell as a unit for the compiler, and that unit loaded
//	toolchain  the go command, the cache of compiled cells, modules
//	patch      compiled cells look to reflection as they were written
//	eval       evaluates what yaegi has no right rule for; rtype makes its types
//	rt         what running cells call: interrupts, output, waiting
//
// This package joins them: engine.go is the way of a cell, session.go what the
// session holds and which engine a cell gets:
//
//	yaegi     statements that lowering (interpret) has a rule for
//	eval      other statements without loops and function literals
//	compiler  all else: declarations, nested loops, function literals
//
// Of the 2,678 cells of the suites under testdata without a toolchain, yaegi
// runs 1,429 and package eval the rest; with one, package eval keeps a fifth and
// the compiler has its declarations (TestCells prints the shares). Yaegi comes
// before eval by measurement: over the statements of the suites no cell is
// wrong either way, and the median of making one ready is 0.11 ms against 0.07
// (Zen 5).
//
// Without the toolchain that built this program, its sources and a C compiler,
// functions, types and methods are interpreted, which a note says once; what
// has no rule there is refused. %%native and %%interpret force a path. A type
// that reflection would make for a statement is another one to compiled code:
// where that could be seen, in an interface, the statement is compiled.
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
// to Go, and the session's variables follow it. Variables of a type that gets
// another layout become anys, with the values that they have and a note; values
// of the old type in interfaces stay what they were. Unused imports and variables
// are allowed at the top level; a cell of declarations only initialises its
// variables in the order of their dependencies. Deferred calls of the top level
// run at the end of the cell. The values of the last expression are shown,
// except those of fmt's printing functions. _ in a later cell is the value shown
// last, with its type, __ and ___ those before it, _3 that of cell 3, and Out[3]
// the same as an any; the last 50 are kept (history.go).
//
// # What compiled cells cost
//
// A plugin is never unloaded: a compiled cell of new text keeps about 2.2 MB;
// the same text about the same variables is the same plugin (native/places.go), and
// 10,000 statement cells keep nearly nothing. Cells are compiled against the
// sources that this program was built from: the installer keeps a copy. Other
// packages come in by an import (toolchain/modules.go, foreign.go), of a module at the
// version that %require, a go.work or the go.mod above the working directory
// says, else the newest.
//
// GOMDCSAN_KEEP_CELLS=DIR keeps what is generated: ↃↃ and ⱮⱮ make names reachable
// for later units (package patch), pꞏx_3 points to the slot of x.
//
// # Stopping
//
// An interrupt sets a flag (package rt) that loops, calls, channel operations,
// locks and commands of cells check, and functions of cells that others call;
// goroutines of all cells unwind by a panic, and deferred calls run. Processes
// that the cell has started are killed, with their groups. Other calls end when
// they end: long ones take display.Context. A panic in a goroutine of a cell ends
// the cell, os.Exit and log.Fatal likewise (of a program, the process: see
// Options.Program). Complete, Inspect, IsComplete and Interrupt may be called
// while Execute runs.
package golang
