package golang

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// A user's module is the one that the working directory, or a folder given,
// belongs to. Its requirements are the versions that cells get.
type usersModule struct {
	dir  string
	file *modfile.File // nil if there is none
}

// userModule finds the module of the working directory.
func userModule() usersModule {
	dir, err := os.Getwd()
	for err == nil {
		if u, err := readModule(dir); err == nil {
			return u
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return usersModule{}
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
	f, err := modfile.ParseLax(file, data, nil)
	if err != nil {
		return usersModule{}, err
	}
	if f.Module == nil {
		return usersModule{}, fmt.Errorf("%s names no module", file)
	}
	return usersModule{dir, f}, nil
}

func (u usersModule) path() string {
	if u.file == nil {
		return ""
	}
	return u.file.Module.Mod.Path
}

// covers reports whether a package is the module's own.
func (u usersModule) covers(path string) bool { return u.path() != "" && within(path, u.path()) }

// localVersion is the version of a module that is a folder.
const localVersion = "v0.0.0-00010101000000-000000000000"

// addTo requires the module and puts its folder in its place, and likewise
// those that it replaces itself.
func (u usersModule) addTo(f *modfile.File) error {
	if u.path() == "gomdcsan" {
		return errors.New("gomdcsan itself is what this session runs on: build and install it again to have it changed")
	}
	err := errors.Join(f.AddRequire(u.path(), localVersion), f.AddReplace(u.path(), "", u.dir, ""))
	for _, r := range u.file.Replace {
		if r.Old.Path != "gomdcsan" && err == nil {
			err = u.addReplace(f, r)
		}
	}
	return err
}

func (u usersModule) addReplace(f *modfile.File, r *modfile.Replace) error {
	to := r.New
	if to.Version == "" && !filepath.IsAbs(to.Path) {
		to.Path = filepath.Join(u.dir, to.Path)
	}
	return f.AddReplace(r.Old.Path, r.Old.Version, to.Path, to.Version)
}

// fromUser takes a package's module as the user's own module has it, and
// reports whether it does.
func (m *moduleSet) fromUser(path string) (bool, error) {
	u := userModule()
	if u.file == nil || u.path() == "gomdcsan" {
		return false, nil
	}
	if u.covers(path) {
		return true, m.edit(u.addTo)
	}
	name := covering(u.file, path)
	if name == "" || name == "gomdcsan" {
		return false, nil
	}
	return true, m.edit(func(f *modfile.File) error {
		for _, r := range u.file.Require {
			if r.Mod.Path == name {
				if err := f.AddRequire(name, r.Mod.Version); err != nil {
					return err
				}
			}
		}
		for _, r := range u.file.Replace {
			if r.Old.Path == name {
				return u.addReplace(f, r)
			}
		}
		return nil
	})
}
