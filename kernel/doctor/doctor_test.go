package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/kernel/kernelspec"
	"gomdcsan/kernel/wire"
)

// isolated points Jupyter's search at an empty place and registers a kernel
// there that starts the given program.
func isolated(t *testing.T, program string) Subject {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("JUPYTER_PATH", "")
	t.Setenv("JUPYTER_DATA_DIR", filepath.Join(dir, "jupyter"))
	if program != "" {
		if _, err := kernelspec.Install(filepath.Join(dir, "jupyter"), kernelspec.Default(program)); err != nil {
			t.Fatal(err)
		}
	}
	return Subject{Executable: "/opt/gomdcsan", Version: "test", MuJoCo: func() (string, error) { return "", errors.New("left out") },
		Cells: func() (string, error) { return "", errors.New("the sources are gone") }}
}

func executable(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gomdcsan")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRegistration(t *testing.T) {
	program := executable(t, "exit 0")
	for _, c := range []struct {
		name, registered, executable string
		grade                        Grade
		detail                       string
	}{
		{"nobody", "", "/opt/gomdcsan", Broken, "does not know"},
		{"a program that is gone", "/nonexistent/gomdcsan", "/opt/gomdcsan", Broken, "not there"},
		{"another gomdcsan", program, "/opt/gomdcsan", Limited, "another gomdcsan"},
		{"this one", program, program, Good, kernelspec.DefaultDisplayName},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := isolated(t, c.registered)
			s.Executable = c.executable
			_, f := s.registration()
			if f.Grade != c.grade || !strings.Contains(f.Detail, c.detail) {
				t.Errorf("found %+v, want grade %s and %q", f, c.grade, c.detail)
			}
			if (f.Remedy == "") != (f.Grade == Good) {
				t.Errorf("grade %s with remedy %q", f.Grade, f.Remedy)
			}
		})
	}
}

// A kernel that ends at once is named broken with its own last words, well
// before patience runs out.
func TestKernelThatDies(t *testing.T) {
	program := executable(t, "echo no library today >&2; exit 7")
	spec := kernelspec.Found{Spec: kernelspec.Default(program)}
	f := kernelAnswers(context.Background(), spec)
	if f.Grade != Broken || !strings.Contains(f.Detail, "no library today") {
		t.Errorf("found %+v", f)
	}
}

func TestExpect(t *testing.T) {
	s := wire.NewSession("test")
	result := func(text string) []*wire.Message {
		return []*wire.Message{wire.New(s, wire.ExecuteResult, nil, map[string]any{"data": map[string]any{"text/plain": text}})}
	}
	if err := expect(result("42"), "42"); err != nil {
		t.Error(err)
	}
	failed := wire.New(s, wire.Error, nil, map[string]any{"ename": "panic", "evalue": "boom"})
	for want, published := range map[string][]*wire.Message{
		"gave 41": result("41"), "panic: boom": {failed}, "no result": nil,
	} {
		if err := expect(published, "42"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// Without a compiler the finding says what the engine says, and what to do.
func TestCells(t *testing.T) {
	for _, err := range []error{nil, errors.New("there is no C compiler")} {
		f := Subject{Cells: func() (string, error) { return "/src", err }}.cells()
		want, grade := "/src", Good
		if err != nil {
			want, grade = err.Error(), Limited
		}
		if f.Grade != grade || !strings.Contains(f.Detail, want) || (f.Remedy == "") != (grade == Good) {
			t.Errorf("%v: %+v", err, f)
		}
	}
}

// on puts a program of this name alone on the PATH.
func on(t *testing.T, name, script string) {
	t.Helper()
	path := executable(t, script)
	if err := os.Rename(path, filepath.Join(filepath.Dir(path), name)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(path))
}

func TestFonts(t *testing.T) {
	for family, grade := range map[string]Grade{"Liberation Sans": Good, "Arial,Arial Bold": Good, "DejaVu Sans": Limited} {
		on(t, "fc-match", "printf '%s' '"+family+"'")
		f := fonts(t.Context())
		if f.Grade != grade || (f.Remedy == "") != (grade == Good) {
			t.Errorf("%s: %+v", family, f)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if f := fonts(t.Context()); f.Grade != Good {
		t.Errorf("without fontconfig: %+v", f)
	}
}

func TestJupyter(t *testing.T) {
	const versions = "echo 'jupyterlab       : 4.6.6'; echo 'ipykernel : 7.0'; "
	for _, c := range []struct {
		script, detail string
		grade          Grade
	}{
		{versions + "echo 'ipywidgets : 8.1.9'", "jupyterlab 4.6.6, ipywidgets 8.1.9: ", Good},
		{versions + "echo 'ipywidgets : not installed'", "stand still", Limited},
		{"echo broken >&2; exit 3", "exit status 3", Broken},
	} {
		on(t, "jupyter", c.script)
		f := jupyter(t.Context())
		if f.Grade != c.grade || !strings.Contains(f.Detail, c.detail) || (f.Remedy == "") != (c.grade == Good) {
			t.Errorf("%s: %+v", c.script, f)
		}
	}
}
