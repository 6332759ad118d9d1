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

// mujocoPreset is where the installed command looks for MuJoCo: as the flags say.
func (m *machine) mujocoPreset() string {
	if m.opts.noMuJoCo {
		return "none"
	}
	return m.opts.mujoco
}

// useMuJoCo makes the path of --mujoco absolute, if a library is there, and the
// tests and the demo use it too.
func (m *machine) useMuJoCo() error {
	dir, err := filepath.Abs(m.opts.mujoco)
	if err != nil {
		return err
	}
	if len(mujocoLibraries(dir)) == 0 {
		return fmt.Errorf("--mujoco %s: there is no libmujoco, nor in lib or mujoco below it: name the folder of a MuJoCo release, or the library", dir)
	}
	m.opts.mujoco = dir
	return os.Setenv("GOMDCSAN_MUJOCO", dir)
}

// mujocoLibraries are the files of MuJoCo in what --mujoco or GOMDCSAN_MUJOCO names.
func mujocoLibraries(path string) []string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return []string{path}
	}
	var found []string
	for _, below := range []string{".", "lib", "mujoco"} {
		more, _ := filepath.Glob(filepath.Join(path, below, "libmujoco*"))
		found = append(found, more...)
	}
	return found
}

// hasMuJoCo looks where the command will: what is named, the Python environment
// that is active, the system.
func (m *machine) hasMuJoCo() bool {
	if have("gcc", "clang", "cc") == "" {
		return false
	}
	if named := os.Getenv("GOMDCSAN_MUJOCO"); named != "" {
		return len(mujocoLibraries(named)) > 0
	}
	var found []string
	for _, root := range []string{os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX")} {
		if root != "" {
			more, _ := filepath.Glob(filepath.Join(root, "lib", "python3*", "site-packages", "mujoco", "libmujoco*"))
			found = append(found, more...)
		}
	}
	for _, dir := range append([]string{"/usr/lib", "/usr/local/lib", "/usr/lib64"}, filepath.SplitList(os.Getenv("LD_LIBRARY_PATH"))...) {
		for _, pattern := range []string{"libmujoco*", "*-linux-gnu/libmujoco*"} {
			more, _ := filepath.Glob(filepath.Join(dir, pattern))
			found = append(found, more...)
		}
	}
	return len(found) > 0
}
