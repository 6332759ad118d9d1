// Package patch makes compiled cells look to reflection as they were written.
//
// Cells reach each other's unexported names, so these are exported as far as
// the compiler knows, with a mark in front. File takes the marks out of a
// compiled file. What the linker has put into tables by name is mended in
// memory when the file is loaded (Mend), and the names of its sources are set
// there (NamePlaces).
//
// It depends on the layout of the linker's tables, which internal/abi and
// package reflect describe; package rtype says which versions of Go it is for.
package patch
