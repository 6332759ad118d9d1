// Package cell reads and checks cells, and knows what those before have built
// up. It knows no engine: it neither runs anything nor writes code.
//
//	source.go       a cell's text, cut into imports, declarations and statements
//	limits.go       what no cell may be: too deep, too large
//	environment.go  the session's declarations and variables, type-checked
//	check.go        a cell checked against them: a Plan. Nothing has changed yet
//	plan.go         what a plan says: what it declares, defines, shows
//	imports.go      the cell's imports
//	decl.go         one declaration
//	outlived.go     variables whose type is declared anew with another layout
//	outdated.go     what is to be made ready again, since it refers to what changed
//	prepare.go      a plan with memory for what it makes: what engines take
//	slot.go         that memory
//	typekey.go      types compared across environments, by meaning and by layout
//	commit.go       the cell's declarations and variables become the session's
//
// The environment is replaced, not changed, except that new names are added: a
// refused cell leaves the session as it was.
package cell
