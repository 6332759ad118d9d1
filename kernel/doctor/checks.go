package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"gomdcsan/kernel/kernelspec"
)

func (s Subject) build() Finding {
	return Finding{What: "gomdcsan", Grade: Good,
		Detail: fmt.Sprintf("%s, built with %s for %s/%s: %s", s.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, s.Executable)}
}

func (s Subject) mujoco() Finding {
	version, err := s.MuJoCo()
	if err != nil {
		return Finding{What: "MuJoCo", Grade: Limited, Detail: err.Error(),
			Remedy: "in a clone of gomdcsan: go run ./install build (installs libmujoco-dev where it may)"}
	}
	return Finding{What: "MuJoCo", Grade: Good, Detail: version}
}

// toolchain looks for the Go toolchain, which compiles the functions that
// cells declare.
func toolchain(ctx context.Context) Finding {
	f := Finding{What: "Go toolchain", Grade: Limited}
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	found := strings.TrimSpace(string(out))
	switch {
	case err != nil:
		f.Detail = "not found: cells that declare functions or types are refused"
		f.Remedy = "install " + runtime.Version() + " (https://go.dev/dl) and put it on the PATH"
	case found != runtime.Version():
		f.Detail = found + ", but gomdcsan was built with " + runtime.Version() + ": cells that declare functions or types are refused"
		f.Remedy = "build gomdcsan with the toolchain that is on the PATH: go run ./install build"
	default:
		f.Grade, f.Detail = Good, found+": functions declared in cells are compiled"
	}
	return f
}

func compiler() Finding {
	for _, cc := range []string{os.Getenv("CC"), "gcc", "clang", "cc"} {
		if path, err := exec.LookPath(cc); cc != "" && err == nil {
			return Finding{What: "C compiler", Grade: Good, Detail: path}
		}
	}
	return Finding{What: "C compiler", Grade: Limited,
		Detail: "not found: cells that declare functions or types are refused",
		Remedy: "apt-get install gcc libc6-dev, or the system's own means"}
}

// cells looks for all that compiled cells need together: the toolchain that
// built this program, a C compiler, and the sources that it was built from.
func (s Subject) cells() Finding {
	sources, err := s.Cells()
	if err != nil {
		return Finding{What: "Compiled cells", Grade: Limited, Detail: err.Error(), Remedy: "in a clone of gomdcsan: go run ./install build"}
	}
	return Finding{What: "Compiled cells", Grade: Good, Detail: "against the sources in " + sources}
}

func jupyter(ctx context.Context) Finding {
	const remedy = "python3 -m venv env && env/bin/pip install jupyterlab; without it, gomdcsan run FILE.ipynb works all the same"
	path, err := exec.LookPath("jupyter")
	if err != nil {
		return Finding{What: "Jupyter", Grade: Limited, Detail: "no jupyter on the PATH", Remedy: remedy}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return Finding{What: "Jupyter", Grade: Broken, Detail: fmt.Sprintf("%s --version: %v", path, err), Remedy: remedy}
	}
	var versions []string
	for line := range strings.Lines(string(out)) {
		name, version, _ := strings.Cut(line, ":")
		name, version = strings.TrimSpace(name), strings.TrimSpace(version)
		if slices.Contains([]string{"jupyterlab", "notebook", "jupyter_client"}, name) && version != "not installed" {
			versions = append(versions, name+" "+version)
		}
	}
	return Finding{What: "Jupyter", Grade: Good, Detail: strings.Join(versions, ", ") + ": " + path}
}

// registration finds the kernel that Jupyter would start under our name.
func (s Subject) registration() (kernelspec.Found, Finding) {
	f := Finding{What: "registration", Grade: Broken, Remedy: s.Executable + " install"}
	for _, spec := range kernelspec.List(kernelspec.DataDirs()) {
		if !spec.Ours() {
			continue
		}
		if spec.Err != nil {
			f.Detail = fmt.Sprintf("%s: %v", spec.Dir, spec.Err)
			return spec, f
		}
		if _, err := os.Stat(spec.Argv[0]); err != nil {
			f.Detail = fmt.Sprintf("%s starts a program that is not there: %v", spec.Dir, err)
			return spec, f
		}
		if spec.Argv[0] != s.Executable {
			f.Grade, f.Detail = Limited, spec.Dir+" starts another gomdcsan: "+spec.Argv[0]
			return spec, f
		}
		return spec, Finding{What: "registration", Grade: Good, Detail: spec.DisplayName + ": " + spec.Dir}
	}
	f.Detail = "Jupyter does not know the kernel"
	return kernelspec.Found{}, f
}
