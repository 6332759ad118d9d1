package golang

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestGoPrograms runs programs of Go's own test directory as cells: those that
// print, panic or do neither when all is well. GO_PROGRAMS says how many, or a
// glob of their names; each runs in a process of its own.
func TestGoPrograms(t *testing.T) {
	if file := os.Getenv("GO_PROGRAM"); file != "" {
		runProgram(t, file)
		return
	}
	which := os.Getenv("GO_PROGRAMS")
	if which == "" {
		t.Skip("these take a while: set GO_PROGRAMS=100, or to a pattern such as chan/*.go")
	}
	dir := filepath.Join(runtime.GOROOT(), "test")
	most, err := strconv.Atoi(which)
	pattern := which
	if err != nil {
		most = 1 << 20
	} else {
		pattern = "*.go"
	}
	files, _ := filepath.Glob(filepath.Join(dir, pattern))
	if len(files) == 0 {
		t.Skip("the toolchain comes without its tests: ", dir)
	}
	right, wrong, n := 0, 0, 0
	step := max(1, len(files)/most)
	for i := 0; i < len(files); i += step {
		data, err := os.ReadFile(files[i])
		if err != nil || !bytes.HasPrefix(data, []byte("// run\n")) || bytes.Contains(data, []byte("\n//go:build")) || bytes.Contains(data, []byte("import \"C\"")) {
			continue
		}
		n++
		if why := program(files[i]); why == "" {
			right++
		} else {
			wrong++
			t.Logf("%s: %s", filepath.Base(files[i]), why)
		}
	}
	fmt.Printf("Go's programs: right %d other %d\n", right, wrong)
}

// program runs one in a process of its own and says what went wrong.
func program(file string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestGoPrograms$", "-test.v")
	c.Env = append(os.Environ(), "GO_PROGRAM="+file)
	out, err := c.CombinedOutput()
	text := string(out)
	if err != nil {
		if ctx.Err() != nil {
			return "timed out"
		}
		return "failed: " + text[:min(len(text), 500)]
	}
	_, text, _ = strings.Cut(text, "PROGRAM BEGINS\n")
	text, _, _ = strings.Cut(text, "PROGRAM ENDS\n")
	want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	if err == nil && text != string(want) {
		return fmt.Sprintf("printed %.200q, want %.200q", text, want)
	}
	return ""
}

var packageClause = regexp.MustCompile(`(?m)^package main\b`)

func runProgram(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newTestSession(t)
	defer s.close()
	os.Stdout = os.Stderr
	s.must(packageClause.ReplaceAllString(string(data), ""))
	os.Stderr.WriteString("PROGRAM BEGINS\n")
	s.must("main()")
	os.Stderr.WriteString("PROGRAM ENDS\n")
}
