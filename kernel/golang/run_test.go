package golang

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// needNative skips a test that compiles cells where that cannot be done, or
// fails it when GOMDCSAN_REQUIRE names "cells".
func needNative(t testing.TB, s *testSession) {
	t.Helper()
	if s.e.session.tools.Ready() {
		return
	}
	if slices.Contains(strings.Split(os.Getenv("GOMDCSAN_REQUIRE"), ","), "cells") {
		t.Fatal("GOMDCSAN_REQUIRE wants compiled cells: ", s.e.session.tools.Missing())
	}
	t.Skip("compiling cells: ", s.e.session.tools.Missing())
}

// bothWays runs a test in a session that compiles its cells, and in one that
// has no toolchain and interprets them.
func bothWays(t *testing.T, test func(t *testing.T, s *testSession, noNative bool)) {
	t.Helper()
	for _, noNative := range []bool{false, true} {
		t.Run(map[bool]string{false: "compiled", true: "interpreted"}[noNative], func(t *testing.T) {
			s := newSessionWith(t, Options{NoNative: noNative})
			defer s.close()
			if !noNative {
				needNative(t, s)
			}
			test(t, s, noNative)
		})
	}
}

func (s *testSession) must(code string) {
	s.t.Helper()
	if err := s.run(code); err != nil {
		s.t.Fatalf("%s\n%s", code, strings.Join(err.Traceback, "\n"))
	}
}

// TestInterrupt stops cells that would go on for ever; the session lives on.
func TestInterrupt(t *testing.T) {
	cases := []struct{ name, code string }{
		{"interpreted loop", "%%interpret\nfor { n++ }"},
		{"interpreted empty loop", "%%interpret\nfor {}"},
		{"interpreted loop of nothing", "%%interpret\nfor n >= 0 { {}; ; }"},
		{"compiled loop", "%%native\nfor { n++ }"},
		{"function", "spin()"},
		{"goto", "%%native\nL: n++; goto L"},
		{"receive", "<-make(chan int)"},
		{"send", "make(chan int) <- 1"},
		{"range over a channel", "for range make(chan int) {}"},
		{"select", "select { case <-make(chan int): case make(chan string) <- \"\": }"},
		{"empty select", "select {}"},
		{"sleep", "time.Sleep(time.Hour)"},
		{"wait group", "var wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()"},
		{"goroutines", "var ws sync.WaitGroup\nfor range 4 { ws.Add(1); go func() { defer ws.Done(); go spin(); for {} }() }\nws.Wait()"},
		{"recovering", "for { func() { defer func() { recover() }(); for {} }() }"},
		{"recursion", "var deep func(int) int\ndeep = func(i int) int { time.Sleep(time.Millisecond); return deep(i+1) + 1 }\ndeep(0)"},
	}
	s := newTestSession(t)
	defer s.close()
	needNative(t, s)
	s.must("n := 0\ninc := func() int { n++; return n }\nfunc spin() { for { } }")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var pressed time.Time
			stop := time.AfterFunc(2*time.Second, func() { pressed = time.Now(); s.e.Interrupt() })
			defer stop.Stop()
			err := s.run(c.code)
			if err == nil || err.Name != "Interrupted" {
				t.Fatalf("error %v, want Interrupted", err)
			}
			t.Logf("%v after the interrupt", time.Since(pressed).Round(time.Millisecond))
			if len(err.Traceback) < 2 {
				t.Log("no line: ", err.Traceback)
			}
		})
	}
	s.must("before := n\nif inc() != before+1 { panic(\"the closure lost its variable\") }")
}

// TestInterruptCompiler stops a cell that is still being compiled, with the
// compiler's own processes.
func TestInterruptCompiler(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	needNative(t, s)
	var functions strings.Builder // enough to compile for a while, and never compiled before
	for i := range 400 {
		fmt.Fprintf(&functions, "func f%d(x float64) float64 { if x > %d { return math.Sqrt(x) + f%d(x-1) }; return x }\n", i, time.Now().UnixNano(), (i+1)%400)
	}
	var pressed time.Time
	stop := time.AfterFunc(300*time.Millisecond, func() { pressed = time.Now(); s.e.Interrupt() })
	defer stop.Stop()
	err := s.run(functions.String())
	if err == nil || err.Name != "Interrupted" {
		t.Fatalf("error %v, want Interrupted", err)
	}
	if took := time.Since(pressed); took > 2*time.Second {
		t.Errorf("stopped %v after the interrupt", took)
	} else {
		t.Logf("stopped %v after the interrupt", took)
	}
	if err := s.run("f0(1)"); err == nil || !strings.Contains(err.Value, "undefined: f0") {
		t.Errorf("the interrupted cell has taken effect: %v", err)
	}
}

// TestPanics shows Go's message and the cell's lines.
func TestPanics(t *testing.T) {
	cases := []struct{ name, code, message, line string }{
		{"index", "func at(s []int, i int) int {\n\treturn s[i]\n}\nat([]int{1}, 3)", "runtime error: index out of range [3] with length 1", "return s[i]"},
		{"nil map", "var m map[string]int\nm[\"a\"] = 1", "assignment to entry in nil map", "m[\"a\"] = 1"},
		{"error", "panic(fmt.Errorf(\"e%d\", 1))", "e1", "panic("},
		{"string", "panic(\"boo\")", "boo", "panic("},
		{"own type", "type Bad struct{ code int }\npanic(Bad{3})", "(main.Bad) {3}", "panic("},
		{"assertion", "var v any = 1\n_ = v.(string)", "interface conversion: interface {} is int, not string", "v.(string)"},
		{"goroutine", "go func() {\n\tvar p *strings.Builder\n\tp.WriteString(\"x\")\n}()\nselect {}", "nil pointer dereference", "p.WriteString"},
		{"method", "type M struct{}\nfunc (M) Do() { panic(\"in Do\") }\nM{}.Do()", "in Do", "panic(\"in Do\")"},
		{"interpreted exit", "%%interpret\nos.Exit(3)", "os.Exit(3)", ""},
		{"compiled exit", "%%native\nos.Exit(3)", "os.Exit(3)", ""},
		{"fatal", "import \"log\"\nlog.Fatal(\"no\")", "log.Fatal", ""},
		{"generic", "func first[T any](s []T) T { return s[0] }\nfirst([]int{})", "index out of range [0] with length 0", "first[...]"},
	}
	s := newTestSession(t)
	defer s.close()
	needNative(t, s)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := s.run(c.code)
			if err == nil {
				t.Fatal("no error")
			}
			trace := strings.Join(err.Traceback, "\n")
			t.Log("\n" + trace)
			if !strings.Contains(err.Value, c.message) || !strings.Contains(trace, c.line) {
				t.Errorf("panic %q, want %q with the line %q", err.Value, c.message, c.line)
			}
			s.must("1+1")
		})
	}
}

// TestPanicMessages says what Go says of a panic with a value that is no error:
// a type's name if it is no predeclared one.
func TestPanicMessages(t *testing.T) {
	inEachWay(t, func(t *testing.T, s *testSession, magic string) {
		s.must("type N int; type S string")
		for code, want := range map[string]string{
			"panic(3)": "3", "panic(false)": "false", "panic(1.5)": "1.5", "panic(uint8(7))": "7", "panic(2i)": "(0+2i)",
			"panic(N(4))": "main.N(4)", "panic(S(\"x\"))": `main.S("x")`, "panic(\"a\")": "a", "panic(nil)": "panic called with nil argument",
		} {
			if err := s.run(magic + code); err == nil || err.Value != want {
				t.Errorf("%s: %v, want %s", code, err, want)
			}
		}
	})
}
