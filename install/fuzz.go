package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// fuzzTarget is one fuzz test of the module.
type fuzzTarget struct {
	dir  string // of its package, relative to the module's
	name string
}

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// fuzzTargets finds the fuzz tests in the sources under root.
func fuzzTargets(root string) ([]fuzzTarget, error) {
	var all []fuzzTarget
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		for _, match := range fuzzFunc.FindAllSubmatch(source, -1) {
			all = append(all, fuzzTarget{dir, string(match[1])})
		}
		return err
	})
	return all, err
}

// fuzz gives every fuzz test its minutes, one after another with one worker
// each, so that on an idle machine a minute is one of processor time. What is
// found stays in the package's testdata/fuzz, where go test tries it from then on.
func (m *machine) fuzz() error {
	targets, err := fuzzTargets(m.root)
	if err != nil {
		return err
	}
	m.say("%d fuzz targets, %v each", len(targets), m.opts.each)
	var errs []error
	for _, t := range targets {
		if m.ctx.Err() != nil {
			return errors.Join(append(errs, m.ctx.Err())...)
		}
		args := []string{"test", "-run", "^$", "-fuzz", "^" + t.name + "$", "-fuzztime", m.opts.each.String(), "-parallel", "1"}
		what := fmt.Sprintf("%s %s", t.dir, t.name)
		errs = append(errs, m.step(what, m.command("go", append(args, "./"+filepath.ToSlash(t.dir))...)))
	}
	return errors.Join(errs...)
}

// fuzzTime is how long a target is fuzzed unless --each says otherwise.
const fuzzTime = 10 * time.Minute
