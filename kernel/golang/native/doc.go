// Package native runs cells as compiled code: it writes them as units, Go
// packages of their own, has these compiled to plugins, and loads them.
//
//	compiler.go   the way of a cell
//	emit.go       writes a unit: declarations, the cell's statements, and glue
//	edits.go      rewrites a cell's text: names, and checks for interrupts
//	standins.go   calls that wait, print or end the process go through package rt
//	places.go     which cell a line of the unit is of
//	table.go      a unit that hands over what an imported package exports
//	load.go       loads a unit and ties it to the session's slots
//
// A unit's text does not tell when its cells ran, so that the same text about
// the same variables is the same plugin: a plugin is never unloaded.
package native
