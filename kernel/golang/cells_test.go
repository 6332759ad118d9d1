package golang

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gomdcsan/kernel/engine"
)

var interpretOnly = flag.Bool("no-native", false, "run the cells without the Go toolchain")

// TestCells runs the suites of cells: those under testdata, or the file that
// CELLS_FILE names, in either of their two formats. A refused cell is allowed,
// a wrong one is not. Without CELLS_FILE and LONG_TESTS, only one case in
// twenty is compiled, which takes most of the time.
func TestCells(t *testing.T) {
	if file := os.Getenv("CELLS_FILE"); file != "" {
		runSuite(t, file, *interpretOnly, 1)
		return
	}
	files, _ := filepath.Glob("testdata/*_cases.json")
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			every := 20
			if os.Getenv("LONG_TESTS") != "" {
				every = 1
			}
			t.Run("interpreted", func(t *testing.T) { runSuite(t, f, true, 1) })
			t.Run("compiled", func(t *testing.T) {
				s := newTestSession(t)
				defer s.close()
				needNative(t, s)
				s.output() // no longer caught
				runSuite(t, f, false, every)
			})
		})
	}
}

// testCase is a session of cells and what it must print and show.
type testCase struct {
	name   string
	cells  []string
	stdout string
	value  *string  // of the last cell
	values []string // of each
	errors map[string]string
}

func loadSuite(t *testing.T, file string) []testCase {
	var s struct {
		Prelude        string `json:"prelude"`
		GenericPrelude string `json:"generic_prelude"`
		Cases          []struct {
			Name     string
			Imports  []string
			Body     string
			Generics bool
			Cells    []string
			Stdout   string
			Value    *string
			Errors   map[string]string
		}
	}
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatalf("reading the cases: %v", err)
	}
	var out []testCase
	for _, c := range s.Cases {
		tc := testCase{name: c.Name, cells: c.Cells, stdout: c.Stdout, value: c.Value, errors: c.Errors}
		if c.Cells == nil {
			prelude := s.Prelude
			if c.Generics {
				prelude += "\n" + s.GenericPrelude
			}
			tc.cells = []string{"import (\n\t\"" + strings.Join(c.Imports, "\"\n\t\"") + "\"\n)", prelude, c.Body}
		}
		out = append(out, tc)
	}
	return out
}

func runSuite(t *testing.T, file string, noNative bool, every int) {
	right, refused, wrong := 0, 0, 0
	ran := map[string]int{}
	for i, c := range loadSuite(t, file) {
		if i%every != 0 {
			continue
		}
		verdict, detail := runCase(t, c, noNative, ran)
		switch verdict {
		case "right":
			right++
		case "refused":
			refused++
			t.Logf("refused %s: %s", c.name, detail)
		default:
			wrong++
			t.Errorf("wrong %s: %s", c.name, detail)
		}
	}
	fmt.Printf("%s: right %d refused %d wrong %d; cells run by yaegi %d, by package eval %d, compiled %d\n", filepath.Base(file), right, refused, wrong, ran["yaegi"], ran["eval"], ran["compiler"])
}

func runCase(t *testing.T, c testCase, noNative bool, ran map[string]int) (verdict, detail string) {
	s := newSessionWith(t, Options{NoNative: noNative})
	defer s.close()
	defer func() {
		for name, n := range s.e.session.ran {
			ran[name] += n
		}
	}()
	for i, code := range c.cells {
		err := s.run(code)
		want, mustFail := c.errors[fmt.Sprint(i)]
		switch {
		case err != nil && err.Name == "not interpreted":
			return "refused", err.Value
		case err != nil && !mustFail:
			return "wrong", fmt.Sprintf("cell %d: %s\n%s", i, err, strings.Join(err.Traceback, "\n"))
		case mustFail && err == nil:
			return "wrong", fmt.Sprintf("cell %d: no error", i)
		case mustFail && !strings.Contains(err.Value, want), mustFail && c.values != nil && err.Name == "panic" && err.Value != want:
			return "wrong", fmt.Sprintf("cell %d: error %q, want %q", i, err.Value, want)
		case c.values != nil && s.value != c.values[i]:
			return "wrong", fmt.Sprintf("cell %d: showed %q, want %q", i, s.value, c.values[i])
		}
	}
	if got := s.output(); got != c.stdout {
		return "wrong", fmt.Sprintf("printed %q, want %q", got, c.stdout)
	}
	if c.value != nil && s.value != *c.value {
		return "wrong", fmt.Sprintf("showed %q, want %q", s.value, *c.value)
	}
	return "right", ""
}

// testSession is an engine whose output is caught.
type testSession struct {
	t     testing.TB
	e     *Engine
	n     int
	value string // of the last cell
	mu    sync.Mutex
	out   strings.Builder
	pipe  *os.File
	saved *os.File
	over  chan struct{}
}

func newTestSession(t testing.TB) *testSession {
	return newSessionWith(t, Options{NoNative: *interpretOnly})
}

func newSessionWith(t testing.TB, o Options) *testSession {
	s := &testSession{t: t, saved: os.Stdout, over: make(chan struct{})}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.pipe, os.Stdout = w, w
	go func() {
		defer close(s.over)
		buf := make([]byte, 1<<16)
		for {
			n, err := r.Read(buf)
			s.mu.Lock()
			s.out.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	s.e, err = New(o, s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *testSession) Emit(e engine.Event) {
	if e.Kind == engine.Result {
		s.value = fmt.Sprint(e.Display.Data["text/plain"])
	}
}

func (s *testSession) run(code string) *engine.Error {
	s.n++
	s.value = ""
	return s.e.Execute(context.Background(), engine.Cell{ID: fmt.Sprint(s.n), Count: s.n, Code: code}).Err
}

// output ends the catching of what is printed and returns it all.
func (s *testSession) output() string {
	if s.pipe != nil {
		os.Stdout = s.saved
		s.pipe.Close()
		s.pipe = nil
		<-s.over
	}
	return s.out.String()
}

func (s *testSession) close() {
	s.output()
	s.e.Close()
}
