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
//
// Of Go 1.26's, compiled: right 123, none else. Interpreted (-no-native): right
// 116, wrong 0, slow 4 on a busy machine (copy.go, divmod.go, gcgort.go, peano.go:
// over a minute), refused 3 with the reason: runtime.FuncForPC, a struct without
// a name that has methods, a type of 128 MB.
func TestGoPrograms(t *testing.T) {
	if file := os.Getenv("GO_PROGRAM"); file != "" {
		runProgram(t, file)
		return
	}
	which := os.Getenv("GO_PROGRAMS")
	if which == "" {
		t.Skip("these take a while: set GO_PROGRAMS=100, or to a pattern such as chan/*.go")
	}
	//lint:ignore SA1019 it runs where it was built
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
	right, refused, slow, wrong := 0, 0, 0, 0
	step := max(1, len(files)/most)
	for i := 0; i < len(files); i += step {
		data, err := os.ReadFile(files[i])
		if err != nil || !bytes.HasPrefix(data, []byte("// run\n")) || bytes.Contains(data, []byte("\n//go:build")) || bytes.Contains(data, []byte("import \"C\"")) {
			continue
		}
		if why := notMeaning[filepath.Base(files[i])]; why != "" {
			t.Logf("left out %s: %s", filepath.Base(files[i]), why)
			continue
		}
		switch verdict, why := program(files[i]); verdict {
		case "right":
			right++
		case "slow":
			slow++
			t.Logf("not done in a minute: %s", filepath.Base(files[i]))
		case "refused":
			refused++
			t.Logf("refused %s: %s", filepath.Base(files[i]), why)
		default:
			wrong++
			t.Errorf("wrong %s: %s", filepath.Base(files[i]), why)
		}
	}
	fmt.Printf("Go's programs: right %d refused %d slow %d wrong %d\n", right, refused, slow, wrong)
}

// program runs one in a process of its own and says what went wrong.
func program(file string) (verdict, why string) {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestGoPrograms$", "-test.v", fmt.Sprintf("-no-native=%v", *interpretOnly))
	c.Env = append(os.Environ(), "GO_PROGRAM="+file)
	out, err := c.CombinedOutput()
	text := string(out)
	if _, why, is := strings.Cut(text, "PROGRAM REFUSED\n"); is {
		return "refused", why[:min(len(why), 300)]
	}
	if err != nil {
		if ctx.Err() != nil {
			return "slow", ""
		}
		if why := "more than 300,000 deep, which only compiled code can"; strings.Contains(text, why) {
			return "refused", why
		}
		return "wrong", text[:min(len(text), 1000)]
	}
	_, text, _ = strings.Cut(text, "PROGRAM BEGINS\n")
	text, _, _ = strings.Cut(text, "PROGRAM ENDS\n")
	want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	if err == nil && text != string(want) {
		return "wrong", fmt.Sprintf("printed %.200q, want %.200q", text, want)
	}
	return "right", ""
}

// notMeaning are programs that test how compiled code is made, not what it
// means.
var notMeaning = map[string]string{
	"closure.go": "counts allocations", "heapsampling.go": "counts allocations", "finprofiled.go": "counts allocations",
	"devirtualization_nil_panics.go": "looks for its own file's name in the stack",
	"stackobj.go":                    "counts which objects are collected when", "stackobj3.go": "counts which objects are collected when",
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
	if err := s.run(packageClause.ReplaceAllString(string(data), "")); err != nil {
		if err.Name == "not interpreted" {
			os.Stderr.WriteString("PROGRAM REFUSED\n" + err.Value)
			return
		}
		t.Fatalf("%s\n%s", err, strings.Join(err.Traceback, "\n"))
	}
	os.Stderr.WriteString("PROGRAM BEGINS\n")
	s.must("main()")
	os.Stderr.WriteString("PROGRAM ENDS\n")
}
