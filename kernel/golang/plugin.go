package golang

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"plugin"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"gomdcsan/kernel/golang/rt"
)

// build compiles and loads a unit. The same text with the same slots is the
// unit that is loaded already: a plugin is never unloaded.
func (n *native) build(text string, b *unitBuilder) (*unit, *rt.Unit, error) {
	if err := n.packages(slices.Collect(maps.Values(b.imports))); err != nil {
		return nil, nil, err
	}
	deps := importedUnits(b.units)
	parts := slices.Concat([]string{text, n.memory()}, deps.ids(), n.foreignIDs(b.imports))
	id := hash(parts...)
	for u := n.loaded[id]; u != nil && !maps.Equal(u.bound, b.bindings()); u = n.loaded[id] {
		id = hash(append(parts, id)...) // the same text about other variables
	}
	u := n.loaded[id]
	if u == nil {
		u = &unit{id: id, path: "cells/" + id, archive: filepath.Join(n.cache, id) + ".a", types: map[string]reflect.Type{}, imports: deps}
		if err := n.open(u, text, b); err != nil {
			return nil, nil, err
		}
		n.loaded[id] = u
	}
	return u, u.ru, namePlaces(u.ru, b.sources)
}

// bindings are the unit's slots that are there, by their names in it.
func (b *unitBuilder) bindings() map[string]unsafe.Pointer {
	out := map[string]unsafe.Pointer{}
	for _, s := range b.slots() {
		out[b.names[s]] = nil
		if s.ptr.IsValid() {
			out[b.names[s]] = s.ptr.UnsafePointer()
		}
	}
	return out
}

// open loads a unit, and compiles it first if that has not been done.
func (n *native) open(u *unit, text string, b *unitBuilder) error {
	base := strings.TrimSuffix(u.archive, ".a")
	if !complete(base) {
		if err := n.compileAndLink(u, base, text); err != nil {
			if text := b.named(err.Error()); text != err.Error() {
				return errors.New(text)
			}
			return err
		}
	}
	now := time.Now()
	_ = errors.Join(os.Chtimes(base+".so", now, now), os.Chtimes(u.archive, now, now), os.Chtimes(base+".sum", now, now)) // prune goes by it
	before := modules()
	p, err := plugin.Open(base + ".so")
	if err == nil {
		err = mendModules(before)
	}
	if err != nil {
		return n.notLoaded(err)
	}
	f, err := p.Lookup("Unitꞏ")
	if err != nil {
		return fmt.Errorf("loading the compiled cell: %w", err)
	}
	u.ru = f.(func() *rt.Unit)()
	return nil
}

// notLoaded explains why a plugin cannot be loaded. If this program is not what
// its sources say any more, no plugin can.
func (n *native) notLoaded(err error) error {
	_, other, differs := strings.Cut(err.Error(), "different version of package ")
	if !differs {
		return fmt.Errorf("loading the compiled cell: %w", err)
	}
	if name := strings.Fields(other + " ?")[0]; n.broughtIn(name) {
		return fmt.Errorf("another version of %s is loaded: restart the kernel to have this one", name)
	}
	why := fmt.Sprintf("gomdcsan's sources in %s have changed since it was built, so cells cannot be compiled: install it again, then restart the kernel", n.dir)
	n.mu.Lock()
	n.why = why
	n.mu.Unlock()
	return fmt.Errorf("%s (%w)", why, err)
}

type unitList []*unit

func (l unitList) ids() []string {
	var out []string
	for _, u := range l {
		out = append(out, u.id)
	}
	return out
}

// importedUnits are the units and those that they import, in turn.
func importedUnits(units map[*unit]bool) unitList {
	seen := map[string]*unit{}
	var visit func(u *unit)
	visit = func(u *unit) {
		if seen[u.id] == nil {
			seen[u.id] = u
			for _, i := range u.imports {
				visit(i)
			}
		}
	}
	for u := range units {
		visit(u)
	}
	var out unitList
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, seen[id])
	}
	return out
}

// compileAndLink makes base.so, and base.a for later units to import.
func (n *native) compileAndLink(u *unit, base, text string) error {
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
		_ = os.WriteFile(filepath.Join(dir, u.id+".go"), []byte(text), 0o644)
	}
	archive := filepath.Join(work, "cell.a")
	args := []string{"-o", archive, "-p", u.path, "-lang=go1.26", "-installsuffix", "dynlink", "-dynlink", "-pack", "-importcfg", cfg, "-trimpath", work + "=>", "-c=2"}
	if err := n.tool(work, "compile", append(args, file)...); err != nil {
		return err
	}
	so := filepath.Join(work, "cell.so")
	args = []string{"-o", so, "-s", "-w", "-importcfg", cfg, "-installsuffix", "dynlink", "-pluginpath", u.path, "-buildmode=plugin", "-extld=" + n.cc}
	if err := n.tool(work, "link", append(args, archive)...); err != nil {
		return err
	}
	if err := errors.Join(unexport(so), asLibrary(archive)); err != nil {
		return fmt.Errorf("finishing the compiled cell: %w", err)
	}
	if err := keep(strings.TrimSuffix(archive, ".a"), base); err != nil {
		return fmt.Errorf("keeping the compiled cell: %w", err)
	}
	if n.built++; n.built%pruneEvery == 1 {
		go prune(n.cache, cacheLimit, time.Now())
	}
	return nil
}

func (n *native) tool(dir, name string, args ...string) error {
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
func (n *native) start(c *exec.Cmd) error {
	rt.OwnGroup(c)
	c.Cancel = func() error { rt.KillGroup(c); return nil }
	return c.Start()
}

func (n *native) wait(c *exec.Cmd) error {
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

func (n *native) importcfg(u *unit) string {
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
	for _, d := range u.imports {
		fmt.Fprintf(&b, "packagefile %s=%s\n", d.path, d.archive)
	}
	return b.String()
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
