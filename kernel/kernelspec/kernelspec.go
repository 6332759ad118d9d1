package kernelspec

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gomdcsan/kernel/wire"
)

// The kernel's name and what front-ends show.
const (
	DefaultName        = "gomdcsan"
	DefaultDisplayName = "Go (MDC-SAN)"
)

// Spec is a kernel specification; Name is the name of its directory.
type Spec struct {
	Name            string            `json:"-"`
	Argv            []string          `json:"argv"`
	DisplayName     string            `json:"display_name"`
	Language        string            `json:"language"`
	InterruptMode   string            `json:"interrupt_mode,omitempty"`
	ProtocolVersion string            `json:"kernel_protocol_version,omitempty"`
	Env             map[string]string `json:"env,omitempty"`
	Metadata        map[string]any    `json:"metadata,omitempty"`
}

// Default is the specification of this kernel, started as the given command.
func Default(executable string) Spec {
	return Spec{
		Name:            DefaultName,
		Argv:            []string{executable, "kernel", "{connection_file}"},
		DisplayName:     DefaultDisplayName,
		Language:        "go",
		InterruptMode:   "message",
		ProtocolVersion: wire.ProtocolVersion,
		Metadata:        map[string]any{"debugger": false},
	}
}

//go:embed logo/logo-32x32.png logo/logo-64x64.png logo/logo-svg.svg
var logos embed.FS

// validName is what Jupyter accepts as the name of a kernel.
var validName = regexp.MustCompile(`^[a-z0-9._-]+$`)

// Install writes the specification below a Jupyter data directory and returns
// where. What was there under the same name is replaced at once: a front-end
// that looks meanwhile sees the old or the new one.
func Install(dataDir string, s Spec) (string, error) {
	if !validName.MatchString(s.Name) {
		return "", fmt.Errorf("kernel name %q: use lower-case letters, digits, '.', '_' and '-'", s.Name)
	}
	kernels := filepath.Join(dataDir, "kernels")
	if err := os.MkdirAll(kernels, 0o755); err != nil {
		return "", fmt.Errorf("cannot install the kernel: %w; choose another place with --prefix", err)
	}
	tmp, err := os.MkdirTemp(kernels, "."+s.Name+"-")
	if err != nil {
		return "", fmt.Errorf("cannot install the kernel: %w; choose another place with --prefix", err)
	}
	defer os.RemoveAll(tmp)
	if err := write(tmp, s); err != nil {
		return "", fmt.Errorf("cannot install the kernel: %w", err)
	}
	dir := filepath.Join(kernels, s.Name)
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("cannot replace the kernel: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return "", fmt.Errorf("cannot install the kernel: %w", err)
	}
	return dir, nil
}

func write(dir string, s Spec) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	files, err := logos.ReadDir("logo")
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := logos.ReadFile("logo/" + f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Found is a specification with its directory.
type Found struct {
	Spec
	Dir string
	Err error // why kernel.json cannot be used
}

// List returns the specifications below data directories; of two with one name
// the first counts, as for Jupyter.
func List(dataDirs []string) []Found {
	var list []Found
	for _, dir := range dataDirs {
		kernels := filepath.Join(dir, "kernels")
		entries, err := os.ReadDir(kernels)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := strings.ToLower(e.Name())
			known := slices.ContainsFunc(list, func(f Found) bool { return f.Name == name })
			if known || !validName.MatchString(name) || strings.HasPrefix(name, ".") {
				continue
			}
			f, err := read(filepath.Join(kernels, e.Name()))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			f.Name, f.Err = name, err
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b Found) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func read(dir string) (Found, error) {
	f := Found{Dir: dir}
	data, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(data, &f.Spec); err != nil {
		return f, fmt.Errorf("%s: %w", filepath.Join(dir, "kernel.json"), err)
	}
	f.Argv = fromWheel(dir, f.Argv)
	return f, nil
}

// fromWheel names the command that a kernel of our Python wheel starts: the
// one in the environment that holds the folder of the specification.
func fromWheel(dir string, argv []string) []string {
	if len(argv) < 4 || !slices.Equal(argv[:3], []string{"python", "-m", "gomdcsan"}) {
		return argv
	}
	prefix := filepath.Join(dir, "..", "..", "..", "..") // of share/jupyter/kernels/NAME
	return append([]string{filepath.Join(prefix, "bin", "gomdcsan")}, argv[3:]...)
}

// Ours reports whether a specification starts this program.
func (f Found) Ours() bool {
	if len(f.Argv) < 2 || f.Argv[1] != "kernel" {
		return false
	}
	return strings.HasPrefix(filepath.Base(f.Argv[0]), "gomdcsan") || f.Name == DefaultName
}

// Uninstall removes a specification of this kernel from the first data
// directory that has it; one that starts another program is left alone.
func Uninstall(dataDirs []string, name string) (string, error) {
	for _, f := range List(dataDirs) {
		if f.Name != name {
			continue
		}
		if f.Err == nil && !f.Ours() {
			return "", fmt.Errorf("%s starts %s: not ours, left alone", f.Dir, strings.Join(f.Argv, " "))
		}
		if err := os.RemoveAll(f.Dir); err != nil {
			return "", fmt.Errorf("cannot uninstall: %w", err)
		}
		return f.Dir, nil
	}
	return "", fmt.Errorf("no kernel %q in %s: %w", name, strings.Join(dataDirs, ", "), fs.ErrNotExist)
}
