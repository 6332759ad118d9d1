package golang

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/magic"
)

// What %save writes, %load puts into the next cell, and ? opens the pager.
func TestPayloads(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	s.must("width := 3")
	file := filepath.Join(t.TempDir(), "saved.go")
	s.must("%save " + file)
	for _, c := range []struct{ code, source, want string }{
		{"%load " + file, "set_next_input", "width := 3"},
		{"?fmt.Println", "page", "func Println(a ...any)"},
		{"width?", "page", "var width int"},
		{"?%time", "page", "how long"},
	} {
		out := s.e.Execute(context.Background(), engine.Cell{ID: "p", Count: 7, Code: c.code})
		if out.Err != nil || len(out.Payload) != 1 {
			t.Errorf("%q: %+v", c.code, out)
			continue
		}
		if got := string(out.Payload[0]); !strings.Contains(got, `"source":"`+c.source+`"`) || !strings.Contains(got, c.want) {
			t.Errorf("%q: %s, want %s with %q", c.code, got, c.source, c.want)
		}
	}
}

func TestShortTime(t *testing.T) {
	for seconds, want := range map[float64]string{0.4e-9: "0.4 ns", 1.5e-6: "1.5 µs", 0.0123: "12.3 ms", 2: "2 s", 125: "2m5s"} {
		if got := shortTime(seconds); got != want {
			t.Errorf("%v s: %q, want %q", seconds, got, want)
		}
	}
}

func TestNearestMagic(t *testing.T) {
	for typed, want := range map[string]string{"%tme": "%time", "%Time": "%time", "%timit": "%timeit", "%sav": "%save",
		"%hlep": "%help", "%%htm": "%%html", "%matplotlib": "", "%x": "", "%reload_ext": ""} {
		if got := magic.Nearest(typed); got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
}

func TestMagics(t *testing.T) {
	cases := []struct{ code, want string }{
		{"%help", "%timeit"},
		{"%time n := 3", "s\n"},
		{"%%time\nfmt.Println(\"in\")", "in\n"},
		{"!echo $((6*7))", "42\n"},
		{"%%bash\necho a\necho b", "a\nb\n"},
		{"width := 3", ""},
		{"%who", "var width int\n"},
		{"%env ZZ_MAGIC=on", ""},
		{"%env ZZ_MAGIC", "on\n"},
		{"%env", "ZZ_MAGIC=on\n"},
		{"%cd /", "/\n"},
		{"%env ZZ_MAGIC\n!echo twice\nfmt.Println(\"third\")", "on\ntwice\nthird\n"},
	}
	s := newTestSession(t)
	defer s.close()
	for _, c := range cases {
		s.mu.Lock()
		before := s.out.Len()
		s.mu.Unlock()
		s.must(c.code)
		deadline := time.Now().Add(5 * time.Second)
		for {
			s.mu.Lock()
			got := s.out.String()[before:]
			s.mu.Unlock()
			if strings.Contains(got, c.want) {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("%q printed %q, want %q", c.code, got, c.want)
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
	s.must("%reset")
	if err := s.run("width"); err == nil || !strings.Contains(err.Value, "undefined: width") {
		t.Errorf("after %%reset: %v", err)
	}
	if err := s.run("%nothing"); err == nil || err.Name != "unknown magic" {
		t.Errorf("%v, want an unknown magic", err)
	}
	for typed, want := range map[string]string{"%tiem x": "did you mean", "%whoss": "%who", "%%bahs\nls": "%%bash", "%matplotlib inline": "These are:"} {
		err := s.run(typed)
		if err == nil || !strings.Contains(strings.Join(err.Traceback, "\n"), want) {
			t.Errorf("%q: %v, want %q", typed, err, want)
		}
	}
	for typed, want := range map[string]string{"%load": "which file", "%cd /nonexistent": "no such file", "%env ZZ_NONE": "ZZ_NONE=VALUE", "?nonesuch": "nothing is known"} {
		if err := s.run(typed); err == nil || !strings.Contains(err.Value, want) {
			t.Errorf("%q: %v, want %q", typed, err, want)
		}
	}
	if err := s.run("!exit 3"); err == nil || !strings.Contains(err.Value, "exit status 3") {
		t.Errorf("%v, want exit status 3", err)
	}
	stop := time.AfterFunc(200*time.Millisecond, s.e.Interrupt)
	defer stop.Stop()
	if err := s.run("!sleep 60"); err == nil || err.Name != "Interrupted" {
		t.Errorf("%v, want Interrupted", err)
	}
}

// TestHabits are magics as IPython has them.
func TestHabits(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	dir := t.TempDir()
	t.Chdir(dir)
	s.must("%cd .\nn := 3\nname := \"a b\"\nlist := make([]float64, 5)\nvar none *int")
	s.must("%%writefile notes.txt\nfirst\n  second\n")
	if err := s.run("%%writefile notes.txt\nother"); err == nil || !strings.Contains(err.Value, "-f notes.txt") {
		t.Errorf("a file that is there: %v", err)
	}
	s.must("%%writefile -a notes.txt\nthird\n")
	s.must("%pwd")
	s.must("%ls")
	s.must("%whos")
	s.must("%history -n 2")
	s.must("%%timeit\nm := n * n\n_ = m")
	if err := s.run("%history x"); err == nil || !strings.Contains(err.Value, "no number") {
		t.Errorf("%%history x: %v", err)
	}
	if data, err := os.ReadFile(dir + "/notes.txt"); err != nil || string(data) != "first\n  second\nthird\n" {
		t.Errorf("%q, %v", data, err)
	}
	out := s.output()
	for _, want := range []string{dir + "\n", "notes.txt\n", "list  []float64  5 elements\n", "name  string     \"a b\"\n", "none  *int       nil\n", "1: %cd ", "each: the best of"} {
		if !strings.Contains(out, want) {
			t.Errorf("printed %q, want %q", out, want)
		}
	}
}
