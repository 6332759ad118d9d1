package mujoco

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"gomdcsan/mdcsan/env"
)

// Variable is the environment variable that names the MuJoCo library: its
// file, or a folder with it (a release, or the folder mujoco of the Python
// package); None stands for no MuJoCo.
const (
	Variable = "GOMDCSAN_MUJOCO"
	None     = "none"
)

// preset stands in for the variable where that is empty; the installer's
// --mujoco and --no-mujoco set it through the linker.
var preset string

// candidates are the libraries to try, the first that opens is taken: the one
// that was named, and no other; else that of the Python environment that is
// active or that this program is installed in; else the system's.
func candidates(getenv func(string) string, executable string) ([]string, error) {
	named := getenv(Variable)
	if named == "" {
		named = preset
	}
	switch {
	case named == None:
		return nil, fmt.Errorf("%w: this program is told to go without MuJoCo (%s=%s, or installed with --no-mujoco); Pendulum-v1 works without it", env.ErrUnavailable, Variable, None)
	case named != "":
		return namedLibrary(named)
	}
	var found []string
	for _, root := range []string{getenv("VIRTUAL_ENV"), getenv("CONDA_PREFIX"), environmentOf(executable)} {
		if root != "" {
			found = append(found, packaged(root)...)
		}
	}
	return append(found, systemNames()...), nil
}

// namedLibrary finds the library in what the variable names.
func namedLibrary(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", env.ErrUnavailable, Variable, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var found []string
	for _, below := range []string{"", "lib", "mujoco"} {
		found = append(found, libraries(filepath.Join(path, below))...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: %s names %s, where there is no %s, nor in lib or mujoco below it", env.ErrUnavailable, Variable, path, systemNames()[1])
	}
	return found, nil
}

// packaged are the libraries of the packages mujoco and mujoco-core of a Python
// environment, those of the newest Python first.
func packaged(root string) []string {
	var found []string
	for _, kind := range []string{"site-packages", "dist-packages"} {
		dirs, _ := filepath.Glob(filepath.Join(root, "lib", "python3*", kind, "mujoco"))
		slices.Reverse(dirs)
		for _, dir := range dirs {
			found = append(found, libraries(dir)...)
		}
	}
	return found
}

// environmentOf is the Python environment whose folder of commands a program is in.
func environmentOf(executable string) string {
	if executable == "" {
		return ""
	}
	return filepath.Dir(filepath.Dir(executable))
}

// executable is the file of this program, links followed: pipx and uv link to it.
func executable() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// libraries are the files in a folder that are MuJoCo by name.
func libraries(dir string) []string {
	found, _ := filepath.Glob(filepath.Join(dir, libraryPattern()))
	return found
}

func libraryPattern() string {
	if runtime.GOOS == "darwin" {
		return "libmujoco*.dylib"
	}
	return "libmujoco.so*"
}

// systemNames are what the system's loader is asked for: Debian's release, the
// reference, and whatever stands there without a version.
func systemNames() []string {
	if runtime.GOOS == "darwin" {
		return []string{"libmujoco.2.2.2.dylib", "libmujoco.dylib"}
	}
	return []string{"libmujoco.so.2.2.2", "libmujoco.so"}
}

// missing is what they say where no library can be opened.
func missing(why error) error {
	return fmt.Errorf("%w: MuJoCo, the physics library of all tasks but Pendulum-v1, cannot be opened (%s). "+
		"`pip install mujoco-core` in the Python environment that is active, or install the system's (Debian, Ubuntu: `apt-get install libmujoco-dev`), "+
		"or name the library or its folder in %s. Pendulum-v1 works without MuJoCo", env.ErrUnavailable, strings.ReplaceAll(why.Error(), "\n", "; "), Variable)
}
