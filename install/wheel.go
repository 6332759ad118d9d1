package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// wheelVersion is the version of the Python package.
const wheelVersion = "0.1.0"

// wheel builds the Python wheel of this machine's kind into a folder: the
// command and the kernel's front, the kernel for Jupyter, and the Python package.
// Only the standard library is used: a wheel is a zip with a list of its files.
func (m *machine) wheel() error {
	if runtime.GOOS != "linux" {
		return errors.New("wheels are built on Linux only")
	}
	work, err := os.MkdirTemp("", "gomdcsan-wheel")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	command := filepath.Join(work, "bin", "gomdcsan")
	// No sources stand beside an installed wheel: without them cells are interpreted.
	if err := m.goBuild(command, filepath.Join(work, "source"), "", "-s", "-w", "-X gomdcsan/kernel/golang/toolchain.sources="); err != nil {
		return err
	}
	if err := m.step("making the kernel's specification", m.command(command, "install", "--prefix", filepath.Join(work, "data"))); err != nil {
		return err
	}
	tag, err := wheelTag(command)
	if err != nil {
		return err
	}
	files, err := m.wheelFiles(work)
	if err != nil {
		return err
	}
	path := filepath.Join(m.opts.dir, fmt.Sprintf("gomdcsan-%s-py3-none-%s.whl", wheelVersion, tag))
	if err := os.MkdirAll(m.opts.dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the wheel: %w (choose another with --dir)", err)
	}
	if err := writeWheel(path, tag, files); err != nil {
		return fmt.Errorf("write the wheel: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	m.say("%s (%d MB): pip install it", path, info.Size()>>20)
	return nil
}

// wheelFile is one file of a wheel.
type wheelFile struct {
	name string
	data []byte
	mode fs.FileMode
}

// wheelFiles reads what goes into the wheel: the built commands and the
// kernel's specification below work, the Python package from the sources.
func (m *machine) wheelFiles(work string) ([]wheelFile, error) {
	data := "gomdcsan-" + wheelVersion + ".data/"
	var files []wheelFile
	add := func(from, to string, mode fs.FileMode, keep func(string) bool) error {
		return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !keep(path) {
				return err
			}
			name, err := filepath.Rel(from, path)
			if err != nil {
				return err
			}
			content, err := os.ReadFile(path)
			files = append(files, wheelFile{to + filepath.ToSlash(name), content, mode})
			return err
		})
	}
	all := func(string) bool { return true }
	source := func(path string) bool { return strings.HasSuffix(path, ".py") || strings.HasSuffix(path, "py.typed") }
	err := errors.Join(
		add(filepath.Join(m.root, "install", "python", "gomdcsan"), "gomdcsan/", 0o644, source),
		add(filepath.Join(work, "bin"), data+"scripts/", 0o755, all),
		add(filepath.Join(work, "data", "share"), data+"data/share/", 0o644, all))
	for i := range files {
		if err == nil && strings.HasSuffix(files[i].name, "/kernel.json") {
			files[i].data, err = relocatable(files[i].data)
		}
	}
	return files, err
}

// relocatable makes a kernel's specification start the command of the Python
// environment that it is installed in: Jupyter puts its own interpreter for
// "python", and the package's __main__ becomes the command.
func relocatable(spec []byte) ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(spec, &all); err != nil {
		return nil, fmt.Errorf("the kernel's specification: %w", err)
	}
	argv, ok := all["argv"].([]any)
	if !ok || len(argv) < 2 {
		return nil, errors.New("the kernel's specification has no argv")
	}
	all["argv"] = append([]any{"python", "-m", "gomdcsan"}, argv[1:]...)
	return json.MarshalIndent(all, "", " ")
}

// wheelTag is the platform of a program: the oldest glibc that has all that it
// asks for.
func wheelTag(command string) (string, error) {
	f, err := elf.Open(command)
	if err != nil {
		return "", fmt.Errorf("read the command: %w", err)
	}
	defer f.Close()
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return "", fmt.Errorf("read the command's symbols: %w", err)
	}
	minor := 17 // no tag is older than manylinux_2_17
	for _, s := range symbols {
		var n int
		if _, err := fmt.Sscanf(s.Version, "GLIBC_2.%d", &n); err == nil {
			minor = max(minor, n)
		}
	}
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	if machine == "" {
		return "", fmt.Errorf("no wheels for %s", runtime.GOARCH)
	}
	return fmt.Sprintf("manylinux_2_%d_%s", minor, machine), nil
}

// writeWheel packs the files with their metadata and the list of digests.
func writeWheel(path, tag string, files []wheelFile) error {
	info := "gomdcsan-" + wheelVersion + ".dist-info/"
	files = append(files,
		wheelFile{info + "METADATA", []byte(wheelMetadata), 0o644},
		wheelFile{info + "WHEEL", []byte("Wheel-Version: 1.0\nGenerator: gomdcsan\nRoot-Is-Purelib: false\nTag: py3-none-" + tag + "\n"), 0o644})
	var record bytes.Buffer
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	fmt.Fprintf(&record, "%sRECORD,,\n", info)
	files = append(files, wheelFile{info + "RECORD", record.Bytes(), 0o644})
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(f.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.data); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// wheelMetadata: numpy and pandas are what the Python package imports.
const wheelMetadata = `Metadata-Version: 2.1
Name: gomdcsan
Version: ` + wheelVersion + `
Summary: Jupyter kernel and scripting environment in Go for the spiking actor MDC-SAN
Requires-Python: >=3.10
Requires-Dist: mujoco-core>=4.0.0,<4.1
Requires-Dist: numpy
Requires-Dist: pandas
Provides-Extra: jupyter
Requires-Dist: jupyterlab; extra == "jupyter"
`
