// Package typetext writes types as Go source, for the places that call the same
// type by different names: the checker, the compiler, yaegi, the user.
package typetext
