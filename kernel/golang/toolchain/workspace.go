package toolchain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// A user's module is the one that the working directory, or a folder given,
// belongs to. Its requirements are the versions that cells get.
type usersModule struct {
	dir  string
	file *modfile.File
}

// A workspace is what the go command sees from the working directory: the
// modules of a go.work, or the one module there.
type workspace struct {
	modules  []usersModule
	replaces []*modfile.Replace // of the go.work, in folder
	folder   string
}

// userModules finds them. What is wrong with a go.work, or with a module that it
// names, is an error for the cell that needs it.
func userModules() (w workspace, err error) {
	here, err := os.Getwd()
	if err != nil {
		return w, err
	}
	file := os.Getenv("GOWORK")
	if file == "" {
		file = above(here, "go.work")
	}
	if file == "" || file == "off" {
		if file = above(here, "go.mod"); file == "" {
			return w, nil
		}
		u, err := readModule(filepath.Dir(file))
		if err != nil {
			return w, err
		}
		return workspace{modules: []usersModule{u}}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return w, fmt.Errorf("GOWORK: %w", err)
	}
	work, err := modfile.ParseWork(file, data, nil)
	if err != nil {
		return w, err
	}
	w.folder, w.replaces = filepath.Dir(file), work.Replace
	for _, use := range work.Use {
		u, err := readModule(absolute(w.folder, use.Path))
		if err != nil {
			return w, fmt.Errorf("%s uses %s: %w", file, use.Path, err)
		}
		w.modules = append(w.modules, u)
	}
	return w, nil
}

// above finds a file in a folder or one above it, "" if there is none.
func above(dir, name string) string {
	for {
		file := filepath.Join(dir, name)
		if st, err := os.Stat(file); err == nil && st.Mode().IsRegular() {
			return file
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

func absolute(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// readModule reads the go.mod in a folder.
func readModule(dir string) (usersModule, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return usersModule{}, err
	}
	file := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(file)
	if err != nil {
		return usersModule{}, fmt.Errorf("%s holds no module: %w", dir, err)
	}
	f, err := modfile.Parse(file, data, nil)
	if err != nil {
		f, err = modfile.ParseLax(file, data, nil) // of a later Go, perhaps
	}
	if err != nil {
		return usersModule{}, err
	}
	if f.Module == nil {
		return usersModule{}, fmt.Errorf("%s names no module", file)
	}
	return usersModule{dir, f}, nil
}

func (u usersModule) path() string { return u.file.Module.Mod.Path }

// covers reports whether a package is of one of the modules.
func (w workspace) covers(path string) bool {
	return slices.ContainsFunc(w.modules, func(u usersModule) bool { return within(path, u.path()) })
}

// LocalVersion is the version of a module that is a folder.
const LocalVersion = "v0.0.0-00010101000000-000000000000"

// gomdcsan itself is what the session runs on.
const ownPath = "gomdcsan"

// addTo requires the module and puts its folder in its place, and likewise
// those that it replaces itself.
func (u usersModule) addTo(f *modfile.File) error {
	if u.path() == ownPath {
		return errors.New("gomdcsan itself is what this session runs on: build and install it again to have it changed")
	}
	err := errors.Join(f.AddRequire(u.path(), LocalVersion), f.AddReplace(u.path(), "", u.dir, ""))
	return errors.Join(err, addReplaces(f, u.dir, u.file.Replace))
}

// addReplaces takes over what a go.mod or go.work in a folder replaces.
func addReplaces(f *modfile.File, folder string, list []*modfile.Replace) error {
	for _, r := range list {
		if r.Old.Path == ownPath {
			continue
		}
		to := r.New
		if to.Version == "" {
			to.Path = absolute(folder, to.Path)
		}
		if err := f.AddReplace(r.Old.Path, r.Old.Version, to.Path, to.Version); err != nil {
			return err
		}
	}
	return nil
}

// fromUser takes a package's module as the user's own modules have it, and
// reports whether they do: with all versions that they ask for, as the go
// command would in their folder.
func (m *moduleSet) fromUser(path string) (bool, error) {
	w, err := userModules()
	if err != nil {
		return false, err
	}
	w.modules = slices.DeleteFunc(w.modules, func(u usersModule) bool { return u.path() == ownPath })
	known := w.covers(path) || slices.ContainsFunc(w.modules, func(u usersModule) bool { return covering(u.file, path) != "" })
	if !known {
		return false, nil
	}
	return true, m.edit(func(f *modfile.File) error {
		err := m.addRequired(f, w)
		for _, u := range w.modules {
			err = errors.Join(err, u.addTo(f))
		}
		return errors.Join(err, addReplaces(f, w.folder, w.replaces))
	})
}

// addRequired requires what the modules do, but for what this program has.
func (m *moduleSet) addRequired(f *modfile.File, w workspace) error {
	host := m.host()
	for _, u := range w.modules {
		for _, r := range u.file.Require {
			name := r.Mod.Path
			has := version(f, name)
			if name == ownPath || host[name] != "" || has != "" && semver.Compare(has, r.Mod.Version) >= 0 {
				continue
			}
			if err := f.AddRequire(name, r.Mod.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// version is what a go.mod requires of a module, "" if nothing.
func version(f *modfile.File, name string) string {
	for _, r := range f.Require {
		if r.Mod.Path == name {
			return r.Mod.Version
		}
	}
	return ""
}
