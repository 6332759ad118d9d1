package toolchain

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// A process can have one version of a package. Where a cell asks for another,
// of a module that has been imported or in a folder that has been edited, it is
// told that this takes a restart.

// local is a package in a folder, as it was when it was compiled.
type local struct{ dir, content string }

// requireVersion adds a published module, unless this process has it in another
// version.
func (m *moduleSet) requireVersion(arg string, say func(string)) error {
	path, wanted, _ := strings.Cut(arg, "@")
	for name, has := range m.host() {
		if within(path, name) && wanted != has {
			return fmt.Errorf("gomdcsan is built with %s %s, and a process can have one version of a module", name, has)
		}
	}
	before, err := m.save()
	if err != nil {
		return err
	}
	if err := m.get(arg, say); err != nil {
		return err
	}
	f, err := m.read()
	if err != nil {
		return err
	}
	for name, has := range m.loaded {
		if now := version(f, name); now != "" && now != has {
			m.restore(before)
			return fmt.Errorf("%s %s is loaded, and a process can have one version of a module: restart the kernel, and require %s %s before it is imported", name, has, name, now)
		}
	}
	return nil
}

// Remember keeps what has been imported.
func (m *moduleSet) Remember(list []Package) {
	if m.loaded == nil {
		m.loaded, m.local = map[string]string{}, map[string]local{}
	}
	for _, l := range list {
		if l.module != "" {
			m.loaded[l.module] = l.Version
		}
		if _, known := m.local[l.Path]; l.dir != "" && !known {
			m.local[l.Path] = local{l.dir, content(l.dir)}
		}
	}
}

// Changed are the packages in folders that have been edited since they were
// imported: a process can have one version of a package.
func (m *moduleSet) Changed() (paths []string) {
	for _, path := range slices.Sorted(maps.Keys(m.local)) {
		if l := m.local[path]; content(l.dir) != l.content {
			paths = append(paths, path)
		}
	}
	return paths
}

// content tells one state of a folder's files from another.
func content(dir string) string {
	entries, _ := os.ReadDir(dir)
	var parts []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasSuffix(e.Name(), "_test.go") {
			data, _ := os.ReadFile(filepath.Join(dir, e.Name()))
			parts = append(parts, e.Name(), string(data))
		}
	}
	return hash(parts...)
}

// host are the modules in this program, with their versions: as it says itself
// or, where it does not (tests), those of its go.mod, which may be more.
func (m *moduleSet) host() map[string]string {
	out := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			out[d.Path] = d.Version
		}
	}
	if len(out) > 0 {
		return out
	}
	if own, err := readModule(m.n.dir); err == nil {
		for _, r := range own.file.Require {
			out[r.Mod.Path] = r.Mod.Version
		}
	}
	return out
}
