package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// summary counts top-level tests.
type summary struct{ passed, failed, skipped int }

func (s *summary) add(o summary) {
	s.passed += o.passed
	s.failed += o.failed
	s.skipped += o.skipped
}

// event is a line of go test -json (go doc test2json).
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

// report reads go test -json and prints a line for each package as it ends,
// the reasons of skips, and the whole output of what failed.
func report(out io.Writer, r io.Reader) (summary, error) {
	var total summary
	output := map[string][]string{} // by package and test
	counts := map[string]*summary{}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(out, "%s", line) // a build error's text
			} else {
				handle(out, e, output, counts, &total)
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, fmt.Errorf("read go test's output: %w", err)
		}
	}
}

func handle(out io.Writer, e event, output map[string][]string, counts map[string]*summary, total *summary) {
	top, _, _ := strings.Cut(e.Test, "/")
	key := e.Package + "\x00" + top
	c := counts[e.Package]
	if c == nil {
		c = new(summary)
		counts[e.Package] = c
	}
	switch {
	case e.Action == "output" || e.Action == "build-output":
		if e.Action == "build-output" {
			fmt.Fprint(out, e.Output)
		}
		output[key] = append(output[key], e.Output)
	case e.Test == "":
		endOfPackage(out, e, *c, output[key], total)
	case e.Test != top: // subtests count with their test
		if e.Action == "skip" {
			fmt.Fprintf(out, "  skip %s\n", e.Test)
		}
	case e.Action == "pass":
		c.passed++
		delete(output, key)
	case e.Action == "skip":
		c.skipped++
		fmt.Fprintf(out, "  skip %s: %s\n", e.Test, reason(output[key]))
		delete(output, key)
	case e.Action == "fail":
		c.failed++
		fmt.Fprint(out, strings.Join(output[key], ""))
		delete(output, key)
	}
}

func endOfPackage(out io.Writer, e event, c summary, output []string, total *summary) {
	name := strings.TrimPrefix(e.Package, "gomdcsan/")
	switch e.Action {
	case "fail":
		if c.failed == 0 { // it did not compile, or died outside a test
			c.failed = 1
			fmt.Fprint(out, strings.Join(output, ""))
		}
		fmt.Fprintf(out, "FAIL %-28s %4d passed %3d failed %3d skipped  %6.1f s\n", name, c.passed, c.failed, c.skipped, e.Elapsed)
	case "pass":
		fmt.Fprintf(out, "ok   %-28s %4d passed %3d failed %3d skipped  %6.1f s\n", name, c.passed, c.failed, c.skipped, e.Elapsed)
	case "skip":
		fmt.Fprintf(out, "-    %-28s no tests\n", name)
	default:
		return
	}
	total.add(c)
}

// reason is what a skipped test gave as its reason.
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		s := strings.TrimSpace(output[i])
		if s != "" && !strings.HasPrefix(s, "---") && !strings.HasPrefix(s, "===") {
			return s
		}
	}
	return "no reason given"
}
