// Package sessiongen makes random sessions of Go cells, and has the Go compiler
// say what they print, show and panic with.
//
// A session is made of forms, each a small template for what one or several
// headings of the Go spec name (forms*.go), filled with random expressions over
// what the session has defined so far, and cut into cells at random places. The
// same seed gives the same session:
//
//	sessions := sessiongen.Sessions(1, 100)
//	truth, err := sessiongen.Truth(dir, sessions) // one go build for all of them
//
// The truth is one program (program.go): a file for each cell, whose statements
// are a function, and whose variables are the package's. A name that the cells
// declare again is another name there, with all that refers to it declared once
// more; what the program prints has the marks of the names taken out.
//
// A template is Go with these additions, expanded in template.go:
//
//	$T $v          a name of the session, new in every use of the form
//	{int}          an expression of a type, of which the predeclared ones are known
//	{lit}          a literal from 1 to 9
//	{block}        statements about a, b int, x float64, s string, l []int, m map[int]int
//	{{a|b|c}}      one of these texts
//	---            here a new cell may begin
//	===            here one begins
//	def n T := e   defines a variable; the cell has n := e
//	def n T = e    the same, with var n = e
//	value e        the cell's last expression, whose values are shown
//	refuse s       a cell of its own that does not compile, for the reason that
//	               the compiler gives
//	again          the form's first cell once more
//	package s      what a cell of nothing else declares, variables too
//	cell s         what only the cell has, truth s what only the program has:
//	               where declaring again means another thing than the rule below
//	offer f A R    later expressions may call f, a func(A) R without effects
package sessiongen
