//go:build unix

package worker

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
)

func TestDeathsAreExplained(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	for _, c := range []struct{ code, want string }{
		{"exit 3", "exit code 3"},
		{"exit 0", "exit code 0"},
		{"fatal goodbye", "some last words: goodbye"},
		{"gopanic boom", "a panic in a goroutine that nothing recovered: boom"},
		{"slowcrash", "fatal error: something"},
		{"recurse", "infinite recursion"},
		{"maps", "concurrent map writes"},
		{"huge 47", "out of memory"},
		{"segv", "SIGSEGV"},
	} {
		if raceDetector && (c.code == "maps" || c.code == "huge 47") {
			t.Logf("%s is left out: the race detector reports it in its own way", c.code)
			continue
		}
		s.dies(c.code, c.want)
	}
}

// A dying process that lists many goroutines does not keep the session waiting:
// nobody but the front can read what it writes then.
func TestDeathWithManyGoroutines(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allows 8,000 goroutines")
	}
	for _, c := range []struct{ code, want string }{
		{"waiters 10000\nrecurse", "infinite recursion"},
		{"waiters 3000\nmaps", "concurrent map writes"},
		{"waiters 10000\nhuge 47", "out of memory"},
		{"waiters 3000\nsegv", "SIGSEGV"},
		{"waiters 3000\ngopanic boom", "a panic in a goroutine that nothing recovered: boom"},
	} {
		s := start(t, Options{})
		begun := time.Now()
		s.dies(c.code, c.want)
		took := time.Since(begun)
		t.Logf("%q: %v", c.code, took.Round(time.Millisecond))
		if took > 8*time.Second { // 2 s on a machine at rest
			t.Errorf("%q took %v", c.code, took)
		}
	}
}

func TestExcerpt(t *testing.T) {
	var e excerpt
	for i := range 300_000 {
		fmt.Fprintf(&e, "line %d\n", i)
	}
	s := string(e.bytes())
	if !strings.HasPrefix(s, "line 0\n") || !strings.Contains(s, "\n...\n") || !strings.HasSuffix(s, "line 299999\n") || len(s) > maxCrash+2*excerptTail+10 {
		t.Errorf("%d bytes: %.30q ... %q", len(s), s, s[len(s)-30:])
	}
	e = excerpt{}
	fmt.Fprint(&e, strings.Repeat("x", maxCrash+5))
	if s := string(e.bytes()); s != strings.Repeat("x", maxCrash+5) {
		t.Errorf("%d bytes were made of %d", len(s), maxCrash+5)
	}
}

func TestMemoryLimit(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector needs more memory than the limit of this test")
	}
	if machineMemory() == 0 {
		t.Skip("this system has no memory limit that a Go program can live with")
	}
	s := start(t, Options{MemoryLimit: 512 << 20})
	s.mustExec("alloc 100")
	s.dies("alloc 600", "more than its limit of 512 MB")
}

func TestKilledWorker(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	go func() {
		time.Sleep(100 * time.Millisecond)
		syscall.Kill(s.PID(), syscall.SIGKILL)
	}()
	e := s.dies("native before\nsleep 60000", "killed (SIGKILL)")
	if e.Name != "worker died" {
		t.Errorf("the error is named %q", e.Name)
	}
}

// A worker that dies between cells is replaced, and the user is told.
func TestDeathBetweenCells(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.rec.take()
	s.mustExec("latepanic boom")
	var why string
	deadline := time.Now().Add(10 * time.Second)
	for {
		if n, text := s.rec.starts(); n == 1 {
			why = text
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no new worker")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !strings.Contains(why, "boom") || !strings.Contains(why, "after cell [2] had ended") {
		t.Errorf("the user is told %q", why)
	}
	s.shows("get", "[stdout]gone")
}

func TestLastOutputIsNotLost(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.rec.take()
	s.exec("native last\nexit 1")
	if got := s.rec.take(); !strings.Contains(got, "[stdout]last") {
		t.Errorf("the user saw %q", got)
	}
}

func TestPlacesInCells(t *testing.T) {
	d := death{crash: "fatal error: stack overflow\n\ngoroutine 7 [running]:\n" +
		"plugin/unnamed-12ab.Ↄf(0x1)\n\tcell[3]:2 +0x70 fp=0x5f8c sp=0x5f pc=0x7f\n" +
		"plugin/unnamed-12ab.f(0x0)\n\tcell[3]:2 +0x31 fp=0x5f8c\n" +
		"plugin/unnamed-12ab._Run.func1()\n\tcell[2]:7 +0x31\n"}
	got := strings.Join(d.places(engine.Cell{Count: 3, Code: "func f(n int) int {\n\treturn f(n)\n}"}), "|")
	if want := "    cell[3]:2, in f\n        return f(n)|    cell[2]:7"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// After a death %rerun brings the session back: the cells that had succeeded,
// in order, without what they print, and none twice.
func TestRerun(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1\nprint once")
	s.mustExec("set 2")
	if out := s.exec("unknown word"); out.Err == nil {
		t.Fatal("a cell that should fail did not")
	}
	died := func() string {
		t.Helper()
		out := s.exec("exit 3")
		if out.Err == nil {
			t.Fatal("the worker did not die")
		}
		return strings.Join(out.Err.Traceback, "\n")
	}
	if text := died(); !strings.Contains(text, "%rerun runs the 2 earlier cells again") {
		t.Errorf("the message offers nothing: %s", text)
	}
	s.rec.take()
	s.mustExec("%rerun")
	if got := s.rec.take(); strings.Contains(got, "once") || !strings.Contains(got, "2 earlier cells were run again") {
		t.Errorf("running again showed %q", got)
	}
	s.shows("get", "[stdout]2")
	died()
	s.mustExec("set 2") // run by hand, a cell is not lost any more
	s.mustExec("set 3")
	s.mustExec("%rerun")
	s.shows("get", "[stdout]1")
}

// After a death the next cell runs within a second on a machine at rest; the
// bound here allows for one that runs other tests.
func TestRecovery(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector is slow")
	}
	for _, code := range []string{"exit 3", "gopanic boom", "recurse"} {
		s := start(t, Options{})
		s.mustExec("set 1")
		best := time.Hour
		for range 3 {
			begun := time.Now()
			if out := s.exec(code); out.Err == nil {
				t.Fatalf("%s: no error", code)
			}
			s.mustExec("get")
			best = min(best, time.Since(begun))
		}
		t.Logf("%s: the next cell has run after %v", code, best.Round(time.Millisecond))
		if best > 3*time.Second {
			t.Errorf("%s: %v until the next cell has run", code, best)
		}
	}
}

func TestFunctionName(t *testing.T) {
	for line, want := range map[string]string{
		"cells/1a2b.fꞏdeepꞏdeep_3(0x1)":               "deep",
		"cells/1a2b.fꞏNetꞏForwardꞏNetꞏForward_4(...)": "Net.Forward",
		"cells/1a2b.Ↄhelper(0x1)":                     "helper",
		"cells/1a2b.cellꞏ()":                          "",
		"	cell[2]:3 +0x1d":                            "",
	} {
		if got := functionName(line); got != want {
			t.Errorf("%s is named %q, want %q", line, got, want)
		}
	}
}
