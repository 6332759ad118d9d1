//go:build !unix

package golang

// onlyOurs is for systems where cells are compiled.
func onlyOurs(string) error { return nil }
