// Package gymtest is for tests that need a Python with Gymnasium: it has small
// environments (trials.py) and the plain loop that package gym is compared with
// (plain.py).
package gymtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Python returns the interpreter that GOMDCSAN_PYTHON names, which then finds
// the environments of trials.py. If it lacks one of the modules, Python skips
// the test, or fails it where GOMDCSAN_REQUIRE wants PyPI's packages.
func Python(t testing.TB, modules ...string) string {
	t.Helper()
	python := os.Getenv("GOMDCSAN_PYTHON")
	out, err := exec.Command(python, "-c", "import "+strings.Join(modules, ", ")).CombinedOutput()
	if err != nil {
		why := "GOMDCSAN_PYTHON=" + python + " does not import " + strings.Join(modules, ", ") + ": " + err.Error() + "\n" + string(out)
		if slices.Contains(strings.Split(os.Getenv("GOMDCSAN_REQUIRE"), ","), "pypi") {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	t.Setenv("PYTHONPATH", Dir()+string(filepath.ListSeparator)+os.Getenv("PYTHONPATH"))
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	return python
}

// Dir is the folder of this package, with its Python files.
func Dir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}
