package main

import (
	"strings"
	"testing"
)

func TestReportCountsAndShowsWhatMatters(t *testing.T) {
	const stream = `{"Action":"run","Package":"gomdcsan/a","Test":"TestGood"}
{"Action":"pass","Package":"gomdcsan/a","Test":"TestGood/sub"}
{"Action":"pass","Package":"gomdcsan/a","Test":"TestGood"}
{"Action":"output","Package":"gomdcsan/a","Test":"TestBad/sub","Output":"    a_test.go:3: want 1, got 2\n"}
{"Action":"fail","Package":"gomdcsan/a","Test":"TestBad/sub"}
{"Action":"fail","Package":"gomdcsan/a","Test":"TestBad"}
{"Action":"output","Package":"gomdcsan/a","Test":"TestSkip","Output":"    a_test.go:9: no MuJoCo here\n"}
{"Action":"output","Package":"gomdcsan/a","Test":"TestSkip","Output":"--- SKIP: TestSkip (0.00s)\n"}
{"Action":"skip","Package":"gomdcsan/a","Test":"TestSkip"}
{"Action":"fail","Package":"gomdcsan/a","Elapsed":1.5}
{"Action":"skip","Package":"gomdcsan/none"}
{"ImportPath":"gomdcsan/broken","Action":"build-output","Output":"broken.go:1:1: expected 'package'\n"}
{"Action":"fail","Package":"gomdcsan/broken","Elapsed":0}
`
	var out strings.Builder
	sum, err := report(&out, strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	if want := (summary{passed: 1, failed: 2, skipped: 1}); sum != want {
		t.Errorf("summary %+v, want %+v", sum, want)
	}
	for _, s := range []string{
		"want 1, got 2", "skip TestSkip: a_test.go:9: no MuJoCo here",
		"FAIL a", "FAIL broken", "expected 'package'", "no tests",
	} {
		if !strings.Contains(out.String(), s) {
			t.Errorf("the report lacks %q:\n%s", s, out.String())
		}
	}
}

func TestFlagsBeforeAndAfterTheCommand(t *testing.T) {
	for _, args := range [][]string{{"--yes", "demo", "--dir", "x"}, {"demo", "--yes", "--dir=x"}} {
		o, command, err := parse(args)
		if err != nil || command != "demo" || !o.yes || o.dir != "x" {
			t.Errorf("parse(%q) = %+v, %q, %v", args, o, command, err)
		}
	}
	for _, args := range [][]string{{}, {"frobnicate"}, {"demo", "test"}, {"--nope", "demo"}} {
		if _, _, err := parse(args); err == nil {
			t.Errorf("parse(%q) accepted", args)
		}
	}
}
