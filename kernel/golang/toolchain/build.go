package toolchain

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/rt"
)

// compileAndLink makes base.so, finished by a function, and base.a for later
// units to import.
func (n *Toolchain) compileAndLink(u *cell.Unit, base, text string, finish func(so string) error) error {
	work, err := os.MkdirTemp(n.cache, "build-")
	if err != nil {
		return fmt.Errorf("compiling the cell: %w", err)
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, "cell.go")
	cfg := filepath.Join(work, "importcfg")
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o644), os.WriteFile(cfg, []byte(n.importcfg(u)), 0o644)); err != nil {
		return fmt.Errorf("compiling the cell: %w", err)
	}
	if dir := os.Getenv("GOMDCSAN_KEEP_CELLS"); dir != "" { // to look at what was generated
		_ = os.WriteFile(filepath.Join(dir, u.ID+".go"), []byte(text), 0o644)
	}
	archive := filepath.Join(work, "cell.a")
	args := []string{"-o", archive, "-p", u.Path, "-lang=go1.26", "-installsuffix", "dynlink", "-dynlink", "-pack", "-importcfg", cfg, "-trimpath", work + "=>", "-c=2"}
	if err := n.tool(work, "compile", append(args, file)...); err != nil {
		return err
	}
	so := filepath.Join(work, "cell.so")
	args = []string{"-o", so, "-s", "-w", "-importcfg", cfg, "-installsuffix", "dynlink", "-pluginpath", u.Path, "-buildmode=plugin", "-extld=" + n.cc}
	if err := n.tool(work, "link", append(args, archive)...); err != nil {
		return err
	}
	if err := errors.Join(finish(so), asLibrary(archive)); err != nil {
		return fmt.Errorf("finishing the compiled cell: %w", err)
	}
	if err := keep(strings.TrimSuffix(archive, ".a"), base); err != nil {
		return fmt.Errorf("keeping the compiled cell: %w", err)
	}
	if n.Built++; n.Built%pruneEvery == 1 {
		go prune(n.cache, cacheLimit, time.Now())
	}
	return nil
}

func (n *Toolchain) tool(dir, name string, args ...string) error {
	c := exec.CommandContext(n.ctx, filepath.Join(n.tools, name), args...)
	c.Dir, c.Env = dir, n.environ
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := n.start(c)
	if err == nil {
		err = n.wait(c)
	}
	if rt.Stopping() {
		return rt.Stopped
	}
	if err != nil {
		return fmt.Errorf("the Go toolchain's %s refuses the cell: %w\n%s", name, err, bytes.TrimSpace(out.Bytes()))
	}
	return nil
}

// start and wait run a command so that an interrupt of the cell, or the end of
// the session, kills it with all that it has started.
func (n *Toolchain) start(c *exec.Cmd) error {
	rt.OwnGroup(c)
	c.Cancel = func() error { rt.KillGroup(c); return nil }
	return c.Start()
}

func (n *Toolchain) wait(c *exec.Cmd) error {
	over := make(chan struct{})
	defer close(over)
	interrupted := rt.Done()
	go func() {
		select {
		case <-interrupted:
			rt.KillGroup(c)
		case <-over:
		}
	}()
	return c.Wait()
}

// asLibrary keeps the linker from taking an imported unit's exports for the
// plugin's own: they are found by name.
func asLibrary(archive string) error {
	data, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	data = bytes.ReplaceAll(data, []byte("go:plugin.exports"), []byte("go:plugin.exporty"))
	data = bytes.ReplaceAll(data, []byte("go:plugin.tabs"), []byte("go:plugin.tabz"))
	return os.WriteFile(archive, data, 0o644)
}

func (n *Toolchain) importcfg(u *cell.Unit) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var b strings.Builder
	for path, file := range n.exports {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, file)
	}
	for path, file := range n.foreign {
		if n.exports[path] == "" {
			fmt.Fprintf(&b, "packagefile %s=%s\n", path, file)
		}
	}
	for _, d := range u.Imports {
		fmt.Fprintf(&b, "packagefile %s=%s\n", d.Path, d.Archive)
	}
	return b.String()
}

// NewUnit is a unit of a source text, which imports others. Units of one text
// that differ otherwise are told apart by more.
func (n *Toolchain) NewUnit(imports []*cell.Unit, foreign []string, text string, more ...string) *cell.Unit {
	parts := []string{text, n.memory()}
	for _, u := range imports {
		parts = append(parts, u.ID)
	}
	id := hash(slices.Concat(parts, foreign, more)...)
	return &cell.Unit{ID: id, Path: "cells/" + id, Archive: filepath.Join(n.cache, id) + ".a", Types: map[string]reflect.Type{}, Imports: imports}
}

// Build compiles a unit, unless that has been done, and returns the plugin.
func (n *Toolchain) Build(u *cell.Unit, text string, finish func(so string) error) (plugin string, err error) {
	base := strings.TrimSuffix(u.Archive, ".a")
	if !complete(base) {
		if err := n.compileAndLink(u, base, text, finish); err != nil {
			return "", err
		}
	}
	now := time.Now()
	_ = errors.Join(os.Chtimes(base+".so", now, now), os.Chtimes(u.Archive, now, now), os.Chtimes(base+".sum", now, now)) // prune goes by it
	return base + ".so", nil
}

// NotLoaded explains why a plugin cannot be loaded. If this program is not what
// its sources say any more, no plugin can.
func (n *Toolchain) NotLoaded(err error) error {
	_, other, differs := strings.Cut(err.Error(), "different version of package ")
	if !differs {
		return fmt.Errorf("loading the compiled cell: %w", err)
	}
	if name := strings.Fields(other + " ?")[0]; n.BroughtIn(name) {
		return fmt.Errorf("another version of %s is loaded: restart the kernel to have this one", name)
	}
	why := fmt.Sprintf("gomdcsan's sources in %s have changed since it was built, so cells cannot be compiled: install it again, then restart the kernel", n.dir)
	n.mu.Lock()
	n.why = why
	n.mu.Unlock()
	return fmt.Errorf("%s (%w)", why, err)
}
