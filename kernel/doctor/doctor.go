// Package doctor looks for what keeps gomdcsan from working on a machine: the
// build, MuJoCo, the Go toolchain, fonts, Jupyter, the kernel's registration, and a
// kernel started the way Jupyter starts it.
//
// Each check ends in a Finding that says what was found and, where something
// is wrong, what to do about it. Nothing is changed.
package doctor

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Grade says how bad a finding is.
type Grade string

// The grades of findings.
const (
	Good    Grade = "ok"
	Limited Grade = "limited" // works, with less than there could be
	Broken  Grade = "broken"
)

// Finding is the result of one check.
type Finding struct {
	What   string
	Grade  Grade
	Detail string
	Remedy string // what to do; empty when the grade is Good
}

// Subject is the program that is examined.
type Subject struct {
	Executable string
	Version    string
	Release    error                              // what is wrong with the release of Go that built it
	MuJoCo     func() (version string, err error) // loads a task and steps it
	Cells      func() (sources string, err error) // what cells are compiled against
}

// Examine makes all checks, reporting each finding as it comes.
func Examine(ctx context.Context, s Subject, report func(Finding)) {
	report(s.build())
	report(s.mujoco())
	report(s.cells())
	report(fonts(ctx))
	report(jupyter(ctx))
	spec, finding := s.registration()
	report(finding)
	if finding.Grade != Broken {
		report(kernelAnswers(ctx, spec))
	}
}

// Print writes a finding for a person.
func Print(w io.Writer, f Finding) {
	fmt.Fprintf(w, "%-8s %-14s %s\n", f.Grade, f.What, f.Detail)
	if f.Remedy != "" {
		fmt.Fprintf(w, "%-8s %-14s -> %s\n", "", "", strings.ReplaceAll(f.Remedy, "\n", "\n"+strings.Repeat(" ", 27)))
	}
}
