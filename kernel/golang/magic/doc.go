// Package magic knows the magics: lines of a cell that are not Go, such as
// %time, !command or ?name. It finds them and describes them; the engine runs
// them.
package magic
