package hostile

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gomdcsan/kernel/kerneltest"
	"gomdcsan/kernel/wire"
)

// cell is one that tries to break the kernel, and how it must end.
type cell struct {
	code string
	end  end
	want string // in the message
}

// end is how a cell ends.
type end string

const (
	isRefused  end = "refused" // before anything runs
	isPanic    end = "panic"
	isExit     end = "exit" // of the cell, not of the worker
	isDeath    end = "worker died"
	isStopped  end = "Interrupted"          // by the test
	isStubborn end = "Interrupted by force" // after a second interrupt, of which the first one's warning tells
	isWell     end = "well"
)

func refused(code, want string) cell { return cell{code, isRefused, want} }
func panics(code, want string) cell  { return cell{code, isPanic, want} }
func exits(code, want string) cell   { return cell{code, isExit, want} }
func dies(code, want string) cell    { return cell{code, isDeath, want} }

// stops and lives take the packages that the cell imports, too.
func stops(code string, imports ...string) cell {
	return cell{imported(code, imports), isStopped, "interrupted"}
}
func warns(code string, imports ...string) cell {
	return cell{imported(code, imports), isStubborn, "did not obey the interrupt"}
}
func lives(code string, imports ...string) cell { return cell{imported(code, imports), isWell, ""} }

func imported(code string, paths []string) string {
	for _, p := range paths {
		code = fmt.Sprintf("import %q\n%s", p, code)
	}
	return code
}

// groups are the cells in the order in which they run; a group begins with a
// session of its own.
var groups = []struct {
	name  string
	cells []cell
}{
	{"rubbish", rubbish}, {"huge", huge}, {"mistaken", mistaken}, {"panicking", panicking},
	{"exiting", exiting}, {"deadly", deadly}, {"endless", endless}, {"lively", lively}, {"renaming", renaming},
}

// TestHostileCells runs all of them without a Go toolchain.
func TestHostileCells(t *testing.T) {
	total := 0
	for _, g := range groups {
		total += len(g.cells)
	}
	if total < 500 {
		t.Errorf("%d hostile cells, not 500", total)
	}
	tools := t.TempDir() // bash and sleep, but no go
	for _, name := range []string{"bash", "sleep"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		if err := os.Symlink(path, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			r := start(t, "PATH="+tools)
			for i, c := range g.cells {
				r.run(t, i, c)
				if g.name == "renaming" {
					r.k.Execute("%reset")
					r.keep()
				}
			}
			if n := len(r.stops); n > 0 {
				slices.Sort(r.stops)
				t.Logf("interrupts obeyed after %v (median), %v (slowest)", r.stops[n/2], r.stops[n-1])
			}
		})
	}
}

// TestHostileCompiledCells runs some that compiled code ends in a way of its
// own; each takes half a second to compile.
func TestHostileCompiledCells(t *testing.T) {
	r := start(t)
	r.k.Execute("%%native\nfunc warm() {}\nwarm()")
	for i, c := range compiled {
		c.code = "%%native\n" + c.code
		r.run(t, i, c)
	}
}

// memory is what the worker of the tests may take: enough for all that should
// run, and soon used up by what should not.
const memory = "GOMDCSAN_MEMORY=1GB"

// runner runs cells in one kernel.
type runner struct {
	k     *kerneltest.Kernel
	env   []string
	stops []time.Duration // how long interrupts took
}

func start(t *testing.T, env ...string) *runner {
	r := &runner{env: append(env, memory, "GOMDCSAN_OUTPUT_RATE=off")}
	r.k = kerneltest.Start(t, r.env...)
	r.keep()
	return r
}

// keep defines what each cell must leave as it was.
func (r *runner) keep() { r.k.Execute("kept := 7") }

// patience is how long a cell may take to end: the slowest fills the memory.
const patience = 30 * time.Second

// run runs a cell and judges how it ends, and what is there afterwards.
func (r *runner) run(t *testing.T, i int, c cell) {
	short := c.code
	if len(short) > 120 {
		short = short[:120] + "..."
	}
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%d %q: "+format, append([]any{i, short}, args...)...)
	}
	k := r.k
	id := k.Send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": c.code, "allow_stdin": true})
	var pressed time.Time
	if c.end == isStopped || c.end == isStubborn {
		k.Until(id, "busy", func(ms []kerneltest.Received) bool { return kerneltest.Has(ms, wire.ExecuteInput) })
		time.Sleep(30 * time.Millisecond) // it waits, or loops
		pressed = time.Now()
		k.Send(wire.Control, wire.InterruptRequest, struct{}{})
	}
	if c.end == isStubborn {
		k.Until(id, "offer", func(ms []kerneltest.Received) bool {
			return strings.Contains(kerneltest.Result{Messages: ms}.Text("stderr"), "interrupt again to do that now")
		})
		pressed = time.Now()
		k.Send(wire.Control, wire.InterruptRequest, struct{}{})
	}
	ms, err := k.Wait(id, patience, ended)
	if err != nil {
		fail("%v", err)
		r.k = kerneltest.Start(t, r.env...)
		r.keep()
		return
	}
	if !pressed.IsZero() {
		r.stops = append(r.stops, time.Since(pressed).Round(time.Millisecond))
		if d := time.Since(pressed); d > time.Second {
			fail("stopped %v after the interrupt", d)
		}
	}
	reply := replyOf(ms)
	text := strings.Join(reply.Traceback, "\n")
	t.Logf("%d %q: %s: %.300s", i, short, reply.Name, reply.Value)
	for _, complaint := range c.judge(reply, text) {
		fail("%s\n%.2000s", complaint, text)
	}
	k.Forget(id)
	r.look(c, fail)
}

// ended reports whether a cell has its reply and its idle.
func ended(ms []kerneltest.Received) bool {
	return kerneltest.Has(ms, wire.ExecuteReply) && kerneltest.Has(ms, "status:idle")
}

func replyOf(ms []kerneltest.Received) (r kerneltest.Reply) {
	for _, m := range ms {
		if m.Header.MsgType == wire.ExecuteReply {
			_ = json.Unmarshal(m.Content, &r) // an empty one fails every check
		}
	}
	return r
}

// names are what the reply of a cell with this end is called.
var names = map[end][]string{
	isStubborn: {"Interrupted"}, isRefused: {"compile error", "syntax error", "not interpreted", "unknown magic", "error"},
	isPanic: {"panic"}, isExit: {"exit"}, isDeath: {"worker died"}, isStopped: {"Interrupted"}, isWell: {""},
}

// inside matches what is the kernel's own business in a message.
var inside = regexp.MustCompile(`yaegi|goroutine \d+ \[|\b0xc0[0-9a-f]{8}|[ꞏↃⱮ]|panic\.go|plugin\.|internal error|%!`)

// judge says what is wrong with how a cell ended.
func (c cell) judge(reply kerneltest.Reply, traceback string) (complaints []string) {
	complain := func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) }
	if !slices.Contains(names[c.end], reply.Name) {
		complain("ended as %q (%s), not %q", reply.Name, reply.Value, c.end)
	}
	if c.end == isWell {
		return complaints
	}
	if reply.Value == "" || !strings.Contains(reply.Value+"\n"+traceback, c.want) {
		complain("the message %.500q does not say %q", reply.Value, c.want)
	}
	if marks := inside.FindString(traceback); marks != "" && !strings.Contains(c.code, marks) && !strings.Contains(c.want, marks) {
		complain("the message shows the kernel's inside: %q", marks)
	}
	if len(traceback) > 20_000 {
		complain("the message is %d bytes long", len(traceback))
	}
	isMagic := strings.HasPrefix(c.code, "%") || strings.HasPrefix(c.code, "?")
	if (c.end == isRefused || c.end == isPanic) && !isMagic && !strings.Contains(traceback, "cell[") {
		complain("the message does not say where")
	}
	if (c.end == isDeath || c.end == isStubborn) && !strings.Contains(traceback, "variables of this session are gone") {
		complain("the message does not say that the variables are gone")
	}
	return complaints
}

// look sees whether the front answers at once and the session is as it was, or
// a new one after a death.
func (r *runner) look(c cell, fail func(string, ...any)) {
	begun := time.Now()
	after := r.k.Execute("kept")
	r.k.Forget(after.ID)
	if d := time.Since(begun); d > 2*time.Second {
		fail("the next cell took %v", d)
	}
	switch {
	case c.end == isDeath || c.end == isStubborn:
		if !strings.Contains(after.Reply.Value, "undefined: kept") {
			fail("the session after the death: %v", after.Reply)
		}
		r.keep()
	case after.Value() != "7":
		fail("the session after it: kept is %q, %v", after.Value(), after.Reply)
		r.keep()
	}
}
