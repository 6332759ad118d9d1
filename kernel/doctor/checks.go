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
	if s.Release != nil {
		return Finding{What: "gomdcsan", Grade: Limited, Detail: fmt.Sprintf("%s: %v", s.Executable, s.Release),
			Remedy: "install one of these releases of Go, then in a clone of gomdcsan: go run ./install build"}
	}
	return Finding{What: "gomdcsan", Grade: Good,
		Detail: fmt.Sprintf("%s, built with %s for %s/%s: %s", s.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, s.Executable)}
}

func (s Subject) mujoco() Finding {
	version, err := s.MuJoCo()
	if err != nil {
		return Finding{What: "MuJoCo", Grade: Limited, Detail: err.Error(),
			Remedy: "pip install mujoco-core in the Python environment that is active, apt-get install libmujoco-dev, or name the library in GOMDCSAN_MUJOCO"}
	}
	return Finding{What: "MuJoCo", Grade: Good, Detail: version}
}

// fonts looks for those that figures are drawn with. PNG and PDF carry them;
// SVG, which notebooks show, leaves its text to the fonts that are there.
func fonts(ctx context.Context) Finding {
	f := Finding{What: "fonts", Grade: Good}
	path, err := exec.LookPath("fc-match")
	if err != nil {
		f.Detail = "fontconfig is not here: the browser's own are used"
		return f
	}
	out, err := exec.CommandContext(ctx, path, "-f", "%{family}", "Liberation Sans").Output()
	family, _, _ := strings.Cut(string(out), ",")
	switch {
	case err != nil:
		f.Grade, f.Detail = Limited, fmt.Sprintf("%s: %v", path, err)
	case slices.Contains(figureFonts, family):
		f.Detail = family
		return f
	default:
		f.Grade, f.Detail = Limited, "figures in notebooks use "+family+" instead of Liberation Sans or Arial; the labels are squeezed to fit"
	}
	f.Remedy = "apt-get install fonts-liberation, where the browser runs"
	return f
}

// cells asks the engine whether it has all that compiled cells need: the
// toolchain that built this program, a C compiler, and the sources.
func (s Subject) cells() Finding {
	f := Finding{What: "Go and gcc", Grade: Limited}
	sources, err := s.Cells()
	if err != nil {
		f.Detail = err.Error()
		f.Remedy = "install " + runtime.Version() + " (https://go.dev/dl) and a C compiler (apt-get install gcc libc6-dev), " +
			"then, in a clone of gomdcsan: go run ./install build"
		return f
	}
	f.Grade, f.Detail = Good, runtime.Version()+": functions declared in cells are compiled, against the sources in "+sources
	return f
}

// figureFonts have the same widths.
var figureFonts = []string{"Liberation Sans", "Arial", "Arimo", "Helvetica", "Nimbus Sans"}

func jupyter(ctx context.Context) Finding {
	const remedy = "python3 -m venv env && env/bin/pip install jupyterlab; without it, gomdcsan run FILE.ipynb works all the same"
	path, err := exec.LookPath("jupyter")
	if err != nil {
		return Finding{What: "Jupyter", Grade: Limited, Detail: "no jupyter on the PATH", Remedy: remedy}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if ctx.Err() != nil {
		return Finding{What: "Jupyter", Grade: Limited, Detail: path + " --version did not answer within 30 s", Remedy: "run it by hand; a busy machine is no fault"}
	}
	if err != nil {
		return Finding{What: "Jupyter", Grade: Broken, Detail: fmt.Sprintf("%s --version: %v", path, err), Remedy: remedy}
	}
	var versions []string
	for line := range strings.Lines(string(out)) {
		name, version, _ := strings.Cut(line, ":")
		name, version = strings.TrimSpace(name), strings.TrimSpace(version)
		if slices.Contains([]string{"jupyterlab", "notebook", "jupyter_client", "ipywidgets"}, name) && version != "not installed" {
			versions = append(versions, name+" "+version)
		}
	}
	f := Finding{What: "Jupyter", Grade: Good, Detail: strings.Join(versions, ", ") + ": " + path}
	if !strings.Contains(f.Detail, "ipywidgets") {
		f.Grade = Limited
		f.Detail += "; without ipywidgets, sliders and buttons are shown as figures that stand still"
		f.Remedy = "pip install ipywidgets, into the environment of " + path
	}
	return f
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
