package worker

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"gomdcsan/kernel/engine"
)

// maxCrash bounds a crash report: what happened stands at its beginning.
const maxCrash = 1 << 20

// stackLimit bounds a goroutine's stack in a worker. Endless recursion then
// ends within a second, and recursion that ends has room for a depth of
// hundreds of thousands.
const stackLimit = 256 << 20

// death is all that is known of how a worker ended.
type death struct {
	state  *os.ProcessState
	cause  string // why the front ended it
	hello  string // why it could not start
	crash  string // the Go runtime's report
	stderr []byte // what it left unread
	memory int64  // its limit, if positive
}

var crashStart = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: |SIG[A-Z]+: |unexpected fault address )`)

// crashLike reports whether text begins to tell of the process's end.
func crashLike(text []byte) bool { return crashStart.Match(text) }

// split takes the crash report out of what was left on standard error and
// returns the rest.
func (d *death) split() string {
	text := string(d.stderr)
	at := crashStart.FindStringIndex(text)
	if at == nil {
		return text
	}
	if len(d.crash) < len(text)-at[0] {
		d.crash = text[at[0]:]
	}
	return text[:at[0]]
}

// sign is a mark in a crash report and what it means to a user.
type sign struct{ mark, meaning string }

var signs = []sign{
	{"stack overflow", "infinite recursion: a function calls itself without end, its stack grew beyond " + bytesText(stackLimit)},
	{"goroutine stack exceeds", "infinite recursion: a function calls itself without end, its stack grew beyond " + bytesText(stackLimit)},
	{"concurrent map writes", "concurrent map writes: two goroutines changed one map at the same time; guard it with a sync.Mutex or use a sync.Map"},
	{"concurrent map read and map write", "concurrent map read and map write: goroutines used one map at the same time; guard it with a sync.Mutex or use a sync.Map"},
	{"concurrent map iteration and map write", "concurrent map iteration and map write: goroutines used one map at the same time; guard it with a sync.Mutex or use a sync.Map"},
	{"all goroutines are asleep", "deadlock: all goroutines wait for each other"},
	{"signal arrived during cgo execution", "a crash (segmentation violation or abort) in C code that the cell called, such as MuJoCo"},
	{"SIGABRT", "a crash (abort) in C code"},
}

var (
	firstLine = regexp.MustCompile(`(?m)^(?:panic|fatal error|SIG[A-Z]+): .*`)
	cellLine  = regexp.MustCompile(`(?i)\bcell[^\s:]*:\d+`)
)

// reason says in plain words what happened.
func (d *death) reason() string {
	if d.cause != "" {
		return d.cause
	}
	if d.hello != "" {
		return "it could not start: " + d.hello
	}
	if strings.Contains(d.crash, "out of memory") || strings.Contains(d.crash, "cannot allocate memory") {
		return d.outOfMemory()
	}
	for _, s := range signs {
		if strings.Contains(d.crash, s.mark) {
			return s.meaning
		}
	}
	if line := firstLine.FindString(d.crash); line != "" {
		if text, ok := strings.CutPrefix(line, "panic: "); ok {
			return "a panic in a goroutine that nothing recovered: " + text
		}
		return line
	}
	return d.exit()
}

func (d *death) outOfMemory() string {
	if d.memory > 0 {
		return fmt.Sprintf("out of memory: it needed more than its limit of %s (set the environment variable %s, such as 8GiB, for another)", bytesText(d.memory), envMemory)
	}
	return "out of memory"
}

// exit explains an end without a report.
func (d *death) exit() string {
	if d.state == nil {
		return "it could not be started"
	}
	sig := signalName(d.state)
	last := lastLine(d.stderr)
	switch {
	case sig == "killed":
		return "it was killed (SIGKILL): by somebody, or by the system because memory ran out"
	case sig != "":
		return "it was ended by a signal: " + sig
	case last != "":
		return fmt.Sprintf("it ended by itself with exit code %d after writing: %s", d.state.ExitCode(), last)
	default:
		return fmt.Sprintf("it ended by itself with exit code %d: compiled code called os.Exit, or C code exit", d.state.ExitCode())
	}
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// places lists the lines of the report that name a place in a cell.
func (d *death) places() []string {
	var out []string
	seen := map[string]bool{}
	for line := range strings.Lines(d.crash) {
		line = strings.TrimSpace(line)
		if cellLine.MatchString(line) && !seen[line] {
			seen[line] = true
			if out = append(out, "    "+line); len(out) == 8 {
				break
			}
		}
	}
	return out
}

const advice = "The variables of this session are gone. A fresh worker takes the next cell: run the earlier cells again (in JupyterLab: Run, Run All Above Selected Cell)."

// outcome is what a cell gets whose worker died. where names the cell.
func (d *death) outcome(where string, interrupted bool) engine.Outcome {
	e := &engine.Error{Name: "worker died", Value: d.reason()}
	head := fmt.Sprintf("The process that runs your cells died in %s: %s.", where, e.Value)
	if interrupted {
		e.Name = "Interrupted"
		head = fmt.Sprintf("%s was interrupted by force: %s.", where, e.Value)
	}
	e.Traceback = append([]string{"\x1b[31m" + head + "\x1b[0m"}, d.places()...)
	e.Traceback = append(e.Traceback, advice)
	return engine.Outcome{Err: e}
}
