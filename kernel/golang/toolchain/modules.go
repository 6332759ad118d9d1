package toolchain

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"gomdcsan/kernel/golang/rt"
)

// moduleSet is where packages come from that this program was not built with:
// the rest of the standard library, other modules, the user's own. It keeps a
// go.mod that begins as that of this program's sources and grows with what
// cells import. The go command gets it by -modfile, so that the main module,
// and with it each compiled package of this program, stays what it is.
//
// Packages that this program has are fixed: a module that needs another version
// of one cannot come in, since a process has one of each.
type moduleSet struct {
	n   *Toolchain
	dir string // of the session's go.mod and go.sum, "" before they are needed

	loaded map[string]string // modules that cells have imported, and their versions
	local  map[string]local  // packages of them that are in folders
}

// Package is a package that the go command has compiled.
type Package struct {
	Path, Name, Export string
	Standard           bool
	module, Version    string
	dir                string // of a package whose module is a folder
}

// A conflict says that a module needs what this process has in another version.
type conflict struct{ what, needs, has string }

func (c *conflict) Error() string {
	return fmt.Sprintf("it needs %s %s and this session has %s, which cannot be changed; another version of it may fit: %%require MODULE@VERSION", c.what, c.needs, c.has)
}

// olderVersions is how many versions are tried, the newest first, until one
// fits what this program was built with.
const olderVersions = 8

func (m *moduleSet) file() string { return filepath.Join(m.dir, "go.mod") }

// open makes the session's go.mod.
func (m *moduleSet) open() error {
	if m.dir != "" {
		return nil
	}
	dir, err := os.MkdirTemp(m.n.cache, "modules-")
	if err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(m.n.dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o644)
		}
		if err != nil {
			return err
		}
	}
	m.dir = dir
	return nil
}

func (m *moduleSet) close() {
	if m.dir != "" {
		_ = os.RemoveAll(m.dir)
	}
}

// Provides reports whether an import path may name something to fetch: of a
// module, which has a dot in its first element, of the standard library, or of
// the module that the working directory is in.
func (m *moduleSet) Provides(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") || m.standard(path) || m.required(path) != "" || m.users(path)
}

// users reports whether a package may be of the user's modules: what is wrong
// with these is said when it is fetched.
func (m *moduleSet) users(path string) bool {
	w, err := userModules()
	return err != nil || w.covers(path)
}

// standard reports whether a path is in the toolchain's library.
func (m *moduleSet) standard(path string) bool {
	st, err := os.Stat(filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(m.n.tools))), "src", filepath.FromSlash(path)))
	return err == nil && st.IsDir()
}

// Fetch compiles a package and all that it imports. What had to be downloaded
// is said as it comes.
func (m *moduleSet) Fetch(path string, say func(string)) ([]Package, error) {
	if err := m.open(); err != nil {
		return nil, err
	}
	before, err := m.save()
	if err != nil {
		return nil, err
	}
	pinned := m.standard(path) || m.required(path) != ""
	if !pinned {
		if pinned, err = m.fromUser(path); err != nil {
			return nil, err
		}
	}
	var list []Package
	if pinned {
		list, err = m.list(path, say)
	}
	if !pinned || err != nil && strings.Contains(err.Error(), "no required module provides package") {
		list, err = m.newest(path, before, say)
	}
	if err != nil {
		m.restore(before)
		return nil, err
	}
	return list, nil
}

// newest takes the latest version of a package's module or, if that needs what
// the session has in another version, an older one.
func (m *moduleSet) newest(path string, before saved, say func(string)) ([]Package, error) {
	at := func(query string) ([]Package, error) {
		if err := m.get(query, say); err != nil {
			return nil, err
		}
		return m.list(path, say)
	}
	list, err := at(path)
	var c *conflict
	if !errors.As(err, &c) {
		return list, err
	}
	for _, v := range m.older(path) {
		m.restore(before)
		say(fmt.Sprintf("the newest version does not fit: trying %s", v))
		if list, e := at(path + "@" + v); e == nil {
			return list, nil
		}
	}
	return nil, err
}

// older returns earlier versions of the module that provides a package.
func (m *moduleSet) older(path string) []string {
	out, err := m.run(nil, "list", "-modfile="+m.file(), "-mod=mod", "-m", "-versions", "-f", "{{range .Versions}}{{.}} {{end}}", m.required(path))
	if err != nil {
		return nil
	}
	versions := strings.Fields(string(out))
	slices.Reverse(versions)
	if len(versions) > 0 {
		versions = versions[1:]
	}
	return versions[:min(len(versions), olderVersions)]
}

// Require adds a module: "path@version", or a folder that holds one.
func (m *moduleSet) Require(arg string, say func(string)) error {
	if err := m.open(); err != nil {
		return err
	}
	if !strings.HasPrefix(arg, ".") && !filepath.IsAbs(arg) {
		return m.requireVersion(arg, say)
	}
	u, err := readModule(arg)
	if err != nil {
		return err
	}
	return m.edit(u.addTo)
}

// get adds the module of a package, as the go command of that name does.
func (m *moduleSet) get(query string, say func(string)) error {
	say("fetching " + query)
	_, err := m.run(say, "get", "-modfile="+m.file(), query)
	return err
}

// list compiles a package with all that it imports, and makes sure that they
// fit what this process has.
func (m *moduleSet) list(path string, say func(string)) ([]Package, error) {
	say("compiling " + path)
	args := append([]string{"list", "-modfile=" + m.file(), "-mod=mod", "-export", "-deps", "-buildmode=plugin", "-f",
		"{{if .Export}}{{.ImportPath}}\t{{.Name}}\t{{.Export}}\t{{.Standard}}\t{{with .Module}}{{.Path}}\t{{.Version}}{{else}}\t{{end}}\t{{if .Module}}{{with .Module.Replace}}{{if not .Version}}{{$.Dir}}{{end}}{{end}}{{end}}{{end}}"}, m.n.flags...)
	out, err := m.run(say, append(args, path)...)
	if err != nil {
		return nil, err
	}
	host := m.host()
	f, err := m.read()
	if err != nil {
		return nil, err
	}
	replaced := map[string]string{}
	for _, r := range f.Replace {
		replaced[r.Old.Path] = strings.TrimSpace(r.New.Path + " " + r.New.Version)
	}
	var list []Package
	for l := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(l, "\n"), "\t")
		if len(f) != 7 {
			continue
		}
		p := Package{Path: f[0], Name: f[1], Export: f[2], Standard: f[3] == "true", module: f[4], Version: f[5], dir: f[6]}
		has := host[p.module]
		switch by := replaced[p.module]; {
		case has != "" && by != "":
			return nil, &conflict{p.module, "replaced by " + by, has}
		case has == "":
			has = m.loaded[p.module]
		}
		if has != "" && has != p.Version {
			return nil, &conflict{p.module, p.Version, has}
		}
		if has := m.n.export(p.Path); has != "" && has != p.Export {
			return nil, &conflict{p.Path, "in another version, or changed since,", "loaded it already (restart the kernel to have the new one)"}
		}
		list = append(list, p)
	}
	if len(list) == 0 || list[len(list)-1].Path != path {
		return nil, fmt.Errorf("the package %s was not compiled", path)
	}
	return list, nil
}

// run runs the go command, says what it downloads, and returns what it prints;
// its error is in its own words.
func (m *moduleSet) run(say func(string), args ...string) ([]byte, error) {
	c := m.n.command(args...)
	stderr, err := c.StderrPipe()
	if err != nil {
		return nil, err
	}
	var out, words bytes.Buffer
	c.Stdout = &out
	err = m.n.start(c)
	if err != nil {
		return nil, err
	}
	sc := bufio.NewScanner(stderr)
	for sc.Scan() {
		line := sc.Text()
		if what, ok := strings.CutPrefix(line, "go: "); ok && progressWord(what) {
			if say != nil {
				say(what)
			}
			continue
		}
		fmt.Fprintln(&words, strings.TrimPrefix(line, "go: "))
	}
	_, _ = io.Copy(io.Discard, stderr)
	if err := m.n.wait(c); err != nil {
		if rt.Stopping() {
			return nil, rt.Stopped
		}
		if text := strings.TrimSpace(words.String()); text != "" {
			return nil, errors.New(text)
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// progressWord reports whether a line of the go command only tells what it does.
func progressWord(line string) bool {
	verb, _, _ := strings.Cut(line, " ")
	return slices.Contains([]string{"downloading", "finding", "found", "added", "upgraded", "extracting", "trying"}, verb)
}

// required returns the module of the session's go.mod that a package would be
// in, "" if there is none.
func (m *moduleSet) required(path string) string {
	if m.dir == "" {
		return ""
	}
	f, err := m.read()
	if err != nil {
		return ""
	}
	return covering(f, path)
}

// covering returns the longest of the required modules that a path lies in.
func covering(f *modfile.File, path string) string {
	found := ""
	for _, r := range f.Require {
		if within(path, r.Mod.Path) && len(r.Mod.Path) > len(found) {
			found = r.Mod.Path
		}
	}
	return found
}

func within(path, module string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// Added are the modules that this session has besides those of the program.
func (m *moduleSet) Added() []string {
	if m.dir == "" {
		return nil
	}
	f, err := m.read()
	if err != nil {
		return nil
	}
	own, err := readModule(m.n.dir)
	if err != nil {
		return nil
	}
	original := map[string]bool{}
	for _, r := range own.file.Require {
		original[r.Mod.Path] = true
	}
	folder := map[string]string{}
	for _, r := range f.Replace {
		folder[r.Old.Path] = r.New.Path
	}
	var out []string
	for _, r := range f.Require {
		switch {
		case folder[r.Mod.Path] != "":
			out = append(out, r.Mod.Path+" from "+folder[r.Mod.Path])
		case !original[r.Mod.Path]:
			out = append(out, r.Mod.Path+"@"+r.Mod.Version)
		}
	}
	return out
}

func (m *moduleSet) read() (*modfile.File, error) {
	data, err := os.ReadFile(m.file())
	if err != nil {
		return nil, err
	}
	return modfile.Parse(m.file(), data, nil)
}

func (m *moduleSet) edit(change func(*modfile.File) error) error {
	f, err := m.read()
	if err != nil {
		return err
	}
	if err := change(f); err != nil {
		return err
	}
	f.Cleanup()
	data, err := f.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(m.file(), data, 0o644)
}

// saved is the session's go.mod and go.sum, by name.
type saved map[string][]byte

func (m *moduleSet) save() (saved, error) {
	out := saved{}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(m.dir, name))
		if err != nil {
			return nil, err
		}
		out[name] = data
	}
	return out, nil
}

func (m *moduleSet) restore(s saved) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		_ = os.WriteFile(filepath.Join(m.dir, name), s[name], 0o644)
	}
}
