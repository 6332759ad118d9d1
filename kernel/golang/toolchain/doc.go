// Package toolchain is the Go toolchain on this machine, as far as cells need
// it: it compiles their units to plugins of this very program, and the packages
// that they import.
//
//	toolchain.go  finds it, and all that it needs
//	goenv.go      the environment of its commands: the user's settings count
//	              where modules come from, and nowhere else
//	build.go      compiles and links a unit
//	cache.go      keeps what was compiled, by content, within a limit
//	modules.go    packages that this program was not built with
//	workspace.go  of the user's own modules and go.work
//	versions.go   and of which a process can have one version
//
// It works only with the toolchain, the sources and the flags that this program
// was built with.
package toolchain
