package golang

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestTimeitIsTheCallsTime: %timeit of a call takes about as long as a loop of
// compiled code over it; showing its value would take twenty times as long.
func TestTimeitIsTheCallsTime(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	needNative(t, s)
	s.must("import \"testing\"\nfunc addi(a, b int) int { return a + b }")
	s.must("%%native\nr := testing.Benchmark(func(b *testing.B) { for range b.N { addi(1, 2) } })\nfmt.Println(\"peer\", float64(r.T.Nanoseconds()) / float64(r.N))")
	s.must("%timeit addi(1, 2)")
	s.must("%timeit 1 + addi(1, 2)")
	out := s.output()
	var peer float64
	if _, err := fmt.Sscanf(out[strings.Index(out, "peer"):], "peer %f", &peer); err != nil {
		t.Fatal(err, out)
	}
	times := regexp.MustCompile(`(?m)^([0-9.]+) (ns|µs) each`).FindAllStringSubmatch(out, -1)
	if len(times) != 2 {
		t.Fatalf("printed %q", out)
	}
	for _, m := range times {
		var each float64
		fmt.Sscan(m[1], &each)
		if m[2] == "µs" {
			each *= 1000
		}
		if each > 6*peer+20 {
			t.Errorf("%v ns each, testing.Benchmark says %v", each, peer)
		}
	}
}

// TestPlacesAreTheCells: what says where it was called names the cell.
func TestPlacesAreTheCells(t *testing.T) {
	s := newTestSession(t)
	defer s.close()
	needNative(t, s)
	flags := log.Flags()
	defer log.SetOutput(os.Stderr)
	defer log.SetFlags(flags)
	s.must("import \"runtime\"\n_, file, line, _ := runtime.Caller(0)\nfmt.Println(\"caller\", file, line)")
	s.must("log.SetOutput(os.Stdout)\nlog.SetFlags(log.Lshortfile)\nlog.Println(\"one\")")
	s.must("import \"log/slog\"\nslog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{AddSource: true})).Info(\"two\")")
	s.must("log.Println(\"three\")")
	out := s.output()
	for _, want := range []string{`caller cell\[\d+\] 2`, `cell\[\d+\]:3: one`, `source=\S*cell\[\d+\]:2`, `cell\[4\]:1: three`} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("printed %q, want %s", out, want)
		}
	}
}

// TestSlowLoopsAreTold: a loop that is interpreted for long says how it would
// be compiled; a quick one, and one without a toolchain, do not.
func TestSlowLoopsAreTold(t *testing.T) {
	var notes strings.Builder
	s := newSessionWith(t, Options{Stderr: &notes})
	defer s.close()
	needNative(t, s)
	s.must("n := 0\nfor i := 0; i < 10; i++ { n += i }")
	if notes.Len() > 0 {
		t.Fatalf("a quick loop: %s", &notes)
	}
	s.e.slow = time.Nanosecond
	s.must("for i := 0; i < 10; i++ { n += i }")
	if !strings.Contains(notes.String(), "%%native") {
		t.Errorf("notes: %q", &notes)
	}
	notes.Reset()
	s.must("n + 1")
	s.must("%%native\nfor i := 0; i < 10; i++ { n += i }")
	if notes.Len() > 0 {
		t.Errorf("of a statement, and of a compiled loop: %s", &notes)
	}
}
