// Package eval runs declarations and statements of cells without a compiler:
// it turns checked syntax trees into closures over typed memory.
//
// It is what a session falls back on where no Go toolchain is there, and does
// for a unit what the compiler does: functions, types and methods in, values
// for the session's slots out. go/types has decided every type, constant,
// instance and selection before; here each expression becomes a node, with a
// closure for the class of its type (integers, floats, booleans, strings) and
// one that gives a reflect.Value, each statement a function that says how
// control goes on.
//
//	types.go     static types to run-time ones; package rtype makes those with
//	             names, methods, embedded fields
//	methods.go   method tables of such types; promoted methods
//	func.go      functions, literals, instances of generic ones
//	node.go      loads and stores of each kind of memory
//	expr.go, ... expressions, by kind
//	stmt.go, ... statements, by kind
//	frame.go     calls, deferred calls, panics, recovery, traces
//
// Variables are pieces of memory that frames and closures point to, so that
// capturing, addresses and the session's slots are one thing. Every load of a
// struct or an array is a copy. A generic function is compiled once for each
// list of type arguments; those of slices, maps, cmp and their like from the
// standard library's own source (package stdsrc).
//
// What has no rule here is refused before anything runs.
package eval
