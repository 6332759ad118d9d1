package worker

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"gomdcsan/kernel/engine"
)

// maxCrash bounds a crash report: what happened stands at its beginning. A part
// of its end is kept as well.
const maxCrash = 1 << 20

// stackLimit bounds a goroutine's stack in a worker. Go's own limit, 1 GB, would
// take endless recursion ten seconds to reach and to unwind; this one 0.8 s
// (measured with the smallest frames), and recursion that ends has room for a
// depth of hundreds of thousands.
const stackLimit = 64 << 20

// death is all that is known of how a worker ended.
type death struct {
	state  *os.ProcessState
	cause  string // why the front ended it
	hello  string // why it could not start
	crash  string // the Go runtime's report
	stderr []byte // what it left unread
	memory int64  // its limit, if positive
	lost   int    // cells that had succeeded
}

var crashStart = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: |SIG[A-Z]+: |unexpected fault address |\d+-byte limit$)`) // the last: written in pieces

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
	if len(d.crash) < len(text)-at[0] || !crashLike([]byte(d.crash)) { // its first line may be on standard error alone
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
	{"unlock of unlocked mutex", "unlock of a mutex that is not locked"},
	{"RUnlock of unlocked RWMutex", "unlock of a mutex that is not locked"},
	{"Unlock of unlocked RWMutex", "unlock of a mutex that is not locked"},
	{"unexpected fault address", "an invalid memory address was used, as package unsafe and C code can"},
	{"fatal error: fault", "an invalid memory address was used, as package unsafe and C code can"},
	{"SIGABRT", "a crash (abort) in C code"},
}

var (
	firstLine = regexp.MustCompile(`(?m)^(?:panic|fatal error|SIG[A-Z]+): .*`)
	cellLine  = regexp.MustCompile(`\bcell\[\d+\]:\d+`)
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
	// With a limit of memory the C library may be the first that gets none: for a thread's stack.
	if d.memory > 0 && strings.Contains(string(d.stderr)+d.crash, "pthread_create failed") {
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

// places lists the functions and lines of cells that the report names, as
// "cell[3]:2, in f", with the source line if it is in this cell.
func (d *death) places(cell engine.Cell) []string {
	lines := strings.Split(cell.Code, "\n")
	var out []string
	seen := map[string]bool{}
	function := ""
	for line := range strings.Lines(d.crash) {
		place := cellLine.FindString(line)
		if place == "" {
			function = functionName(line)
			continue
		}
		if seen[place] {
			continue
		}
		seen[place] = true
		text := "    " + place
		if function != "" {
			text += ", in " + function
		}
		if n := lineOf(place, cell.Count); n >= 1 && n <= len(lines) {
			text += "\n        " + strings.TrimSpace(lines[n-1])
		}
		if out = append(out, text); len(out) == 8 {
			break
		}
	}
	return out
}

// functionName takes the name from a line of a stack: "plugin/x.f(0x1)".
func functionName(line string) string {
	name, _, ok := strings.Cut(strings.TrimSpace(line), "(")
	if !ok || strings.ContainsAny(name, " \t:") {
		return ""
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	name = name[strings.IndexByte(name, '.')+1:]
	if parts := strings.Split(name, "ꞏ"); parts[0] == "f" && len(parts) > 2 { // fꞏNAMEꞏslot, fꞏTYPEꞏNAMEꞏslot
		name = strings.Join(parts[1:1+(len(parts)-1)/2], ".")
	}
	name = strings.TrimLeft(name, "ↃⱮ") // by which the engine exports names of cells
	if strings.ContainsFunc(name, func(r rune) bool { return r > 0x7f }) || strings.HasPrefix(name, "_") {
		return "" // a name that the engine made up
	}
	return name
}

// lineOf returns the line of a place in the cell with this number, or 0.
func lineOf(place string, count int) int {
	rest, ok := strings.CutPrefix(place, fmt.Sprintf("cell[%d]:", count))
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(rest)
	if err != nil {
		return 0
	}
	return n
}

// advice says what is lost and how to have it again.
func (d *death) advice() string {
	again := "run the earlier cells again"
	if d.lost > 0 {
		again = fmt.Sprintf("%s runs the %d earlier cells again, without their outputs", rerunMagic, d.lost)
	}
	return "The variables of this session are gone. A fresh worker takes the next cell: " + again + " (or in JupyterLab: Run, Run All Above Selected Cell)."
}

// outcome is what a cell gets whose worker died.
func (d *death) outcome(cell engine.Cell, interrupted bool) engine.Outcome {
	where := cellName(cell)
	e := &engine.Error{Name: "worker died", Value: d.reason()}
	head := fmt.Sprintf("The process that runs your cells died in %s: %s.", where, e.Value)
	if interrupted {
		e.Name = "Interrupted"
		head = fmt.Sprintf("%s was interrupted by force: %s.", where, e.Value)
	}
	e.Traceback = append([]string{"\x1b[31m" + head + "\x1b[0m"}, d.places(cell)...)
	e.Traceback = append(e.Traceback, d.advice())
	return engine.Outcome{Err: e}
}
