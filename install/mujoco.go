package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// release is a MuJoCo that the tests try beside Debian's 2.2.2.
type release struct{ version, wheel, platform string }

// mujocoReleases are those for which there are recorded episodes of Gymnasium.
// The rollouts of 3.1.6 are those of 2.2.2 at every step.
func mujocoReleases() []release {
	return []release{{"3.1.6", "mujoco", "manylinux2014"}, {"4.0.0", "mujoco-core", "manylinux_2_28"}}
}

// mujocos returns the folders of the releases, as a list like PATH, or "" if
// one cannot be had.
func (m *machine) mujocos(python string) string {
	var dirs []string
	for _, r := range mujocoReleases() {
		dir := m.mujoco(r, python)
		if dir == "" {
			return ""
		}
		dirs = append(dirs, dir)
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}

// mujoco returns the folder of a release, unpacked from PyPI's wheel, or "".
func (m *machine) mujoco(r release, python string) string {
	dir := filepath.Join(m.cache, "mujoco-"+r.version)
	if m.current(dir, r.version) {
		return dir
	}
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	if python == "" || machine == "" || runtime.GOOS != "linux" {
		return ""
	}
	os.RemoveAll(dir)
	// The wheel of one fixed Python: nothing of it is run, only unpacked.
	pip := m.command(python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", dir,
		"--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11", "--platform", r.platform+"_"+machine,
		r.wheel+"=="+r.version)
	if err := m.step("downloading MuJoCo "+r.version+" from PyPI, for the tests only", pip); err != nil {
		m.say("  %v", err)
		return ""
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err == nil && len(wheels) == 1 {
		err = errors.Join(unpackMuJoCo(wheels[0], dir), os.Remove(wheels[0]))
	} else if err == nil {
		err = fmt.Errorf("%d wheels in %s, want one", len(wheels), dir)
	}
	if err != nil {
		m.say("  unpacking MuJoCo: %v", err)
		return ""
	}
	m.stamp(dir, r.version)
	return dir
}

// unpackMuJoCo lays out what a wheel holds as a release does: include/mujoco
// and lib, with the name that the linker looks for.
func unpackMuJoCo(wheel, dir string) error {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer z.Close()
	library := ""
	for _, f := range z.File {
		to := ""
		if name, ok := strings.CutPrefix(f.Name, "mujoco/include/mujoco/"); ok && filepath.IsLocal(name) {
			to = filepath.Join(dir, "include", "mujoco", name)
		} else if name, ok := strings.CutPrefix(f.Name, "mujoco/libmujoco.so"); ok && !strings.Contains(name, "/") {
			library = "libmujoco.so" + name
			to = filepath.Join(dir, "lib", library)
		}
		if to == "" || f.FileInfo().IsDir() {
			continue
		}
		if err := unpackFile(f, to); err != nil {
			return err
		}
	}
	if library == "" {
		return errors.New("the wheel has no libmujoco.so")
	}
	return os.Symlink(library, filepath.Join(dir, "lib", "libmujoco.so"))
}

func unpackFile(f *zip.File, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// useMuJoCo makes everything that is built from here on use the release of
// MuJoCo in a folder (include and lib) in place of the system's. The path goes
// into the programs, which need no LD_LIBRARY_PATH.
func useMuJoCo(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	include, lib := filepath.Join(dir, "include"), filepath.Join(dir, "lib")
	for _, file := range []string{filepath.Join(include, "mujoco", "mujoco.h"), filepath.Join(lib, "libmujoco.so")} {
		if !exists(file) {
			return fmt.Errorf("--mujoco %s: there is no %s: name the folder of an unpacked MuJoCo release", dir, file)
		}
	}
	if strings.ContainsAny(dir, " \t\n'\"") {
		return fmt.Errorf("--mujoco %s: cgo takes no path with spaces or quotes", dir)
	}
	return errors.Join(
		os.Setenv("CGO_CFLAGS", strings.TrimSpace("-I"+include+" "+os.Getenv("CGO_CFLAGS"))),
		os.Setenv("CGO_LDFLAGS", strings.TrimSpace("-L"+lib+" -Wl,-rpath,"+lib+" "+os.Getenv("CGO_LDFLAGS"))))
}
