// Package stdsrc is the source of the standard library's generic functions, for
// sessions that have no Go toolchain: compiled code has no table of them.
//
// The files of slices, maps and cmp are Go's own, under Go's licence, put into
// src.zip by `go generate`; a test says when they are stale. Those of other
// packages, under extra, hold only the generic functions, written again on top
// of the package's compiled ones.
package stdsrc

import (
	"archive/zip"
	"bytes"
	"embed"
	"io"
	"path"
	"strings"
	"sync"
)

//go:generate go run ./gen

//go:embed src.zip
var archive []byte

//go:embed extra
var extra embed.FS

// Has reports whether there is source for a package.
func Has(pkg string) bool { return len(all()[pkg]) > 0 }

// Files returns a package's files by name.
func Files(pkg string) map[string]string { return all()[pkg] }

var all = sync.OnceValue(func() map[string]map[string]string {
	out := map[string]map[string]string{}
	add := func(file, text string) {
		pkg := path.Dir(file)
		if out[pkg] == nil {
			out[pkg] = map[string]string{}
		}
		out[pkg][file] = text
	}
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic("stdsrc: " + err.Error())
	}
	for _, f := range r.File {
		if text, err := readAll(f); err == nil {
			add(f.Name, text)
		}
	}
	for _, name := range []string{"errors", "reflect", "sync", "sync/atomic", "math/rand/v2"} {
		text, err := extra.ReadFile("extra/" + strings.ReplaceAll(name, "/", "_") + ".txt")
		if err == nil {
			add(name+"/extra.go", string(text))
		}
	}
	return out
})

func readAll(f *zip.File) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}
