//go:build unix

package kerneltest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/wire"
)

func TestSession(t *testing.T) {
	k := Start(t)
	k.Execute("x := 40")
	if r := k.Execute("x + 2"); r.Value() != "42" || r.Reply.ExecutionCount != 2 {
		t.Errorf("value %q, reply %v", r.Value(), r.Reply)
	}
	if r := k.Execute(`fmt.Println("out"); fmt.Fprintln(os.Stderr, "err")`); r.Text("stdout") != "out\n" || r.Text("stderr") != "err\n" {
		t.Errorf("stdout %q, stderr %q", r.Text("stdout"), r.Text("stderr"))
	}
	if r := k.Execute("y := x +"); r.Reply.Status != "error" || !Has(r.Messages, wire.Error) {
		t.Errorf("reply %v", r.Reply)
	}
	if r := k.Execute("x"); r.Value() != "40" {
		t.Errorf("after an error x is %q", r.Value())
	}
}

func TestHundredThousandLines(t *testing.T) {
	k := Start(t)
	r := k.Execute("for i := 0; i < 100000; i++ { fmt.Println(i) }")
	lines := strings.Split(strings.TrimSpace(r.Text("stdout")), "\n")
	for i, line := range lines {
		if line != strconv.Itoa(i) {
			t.Fatalf("line %d is %q", i, line)
		}
	}
	if len(lines) != 100000 || len(r.Messages) > 100 {
		t.Errorf("%d lines in %d messages", len(lines), len(r.Messages))
	}
}

func TestFiftyMegabytes(t *testing.T) {
	k := Start(t, "GOMDCSAN_OUTPUT_RATE=off")
	r := k.Execute(`s := strings.Repeat("é", 499) + "xy\n"; for i := 0; i < 50000; i++ { fmt.Print(s) }`)
	if n := len(r.Text("stdout")); n != 50000*1001 {
		t.Errorf("%d bytes of %d", n, 50000*1001)
	}
	if strings.Contains(r.Text("stdout"), "\uFFFD") {
		t.Error("a character was torn")
	}
}

func TestInterrupt(t *testing.T) {
	k := Start(t)
	k.Execute("kept := 7")
	for _, code := range []string{"for {}", "select {}", "time.Sleep(time.Hour)", "for { fmt.Println(1) }"} {
		id := k.Start(code)
		time.Sleep(200 * time.Millisecond)
		if r := k.Request(wire.Control, wire.InterruptRequest, struct{}{}); r.Reply.Status != "ok" {
			t.Errorf("interrupt_reply %v", r.Reply)
		}
		begun := time.Now()
		if r := k.Done(id); r.Reply.Status != "error" {
			t.Errorf("%s: %v", code, r.Reply)
		}
		t.Logf("%s: stopped after %v", code, time.Since(begun))
	}
	if r := k.Execute("kept"); r.Value() != "7" {
		t.Errorf("after the interrupts kept is %q: %v", r.Value(), r.Reply)
	}
}

func TestQuestionsWhileACellRuns(t *testing.T) {
	k := Start(t)
	k.Execute("longName := 1")
	id := k.Start("time.Sleep(3 * time.Second)")
	r := k.Request(wire.Shell, wire.CompleteRequest, map[string]any{"code": "longNa", "cursor_pos": 6})
	if !strings.Contains(string(r.Reply.Content), `"longName"`) {
		t.Errorf("completion %s", r.Reply.Content)
	}
	k.Request(wire.Shell, wire.InspectRequest, map[string]any{"code": "fmt.Println", "cursor_pos": 11})
	k.Request(wire.Control, wire.KernelInfoRequest, struct{}{})
	ms, _ := k.Wait(id, 0, func(ms []Received) bool { return true })
	if Has(ms, wire.ExecuteReply) {
		t.Error("the questions were answered after the cell")
	}
	k.Done(id)
}

func TestNoCellEndsTheKernel(t *testing.T) {
	k := Start(t)
	for _, code := range []string{
		`panic("boom")`,
		"zero := 0; 1 / zero",
		"os.Exit(3)",
		`go func() { panic("in a goroutine") }(); time.Sleep(100 * time.Millisecond)`,
		"func f(n int) int { return f(n+1) + 1 }; f(0)",
		"var p *int; *p",
		"[]int{1}[len(os.Args)+5]",
	} {
		begun := time.Now()
		r := k.Execute(code)
		if r.Reply.Status != "error" || r.Reply.Value == "" {
			t.Errorf("%s: %v", code, r.Reply)
		}
		if r := k.Execute("1+1"); r.Value() != "2" {
			t.Errorf("after %s: %v", code, r.Reply)
		}
		t.Logf("%s: %s: %s (%v)", code, r.Reply.Name, r.Reply.Value, time.Since(begun))
	}
}

func TestWorkerIsKilled(t *testing.T) {
	k := Start(t)
	pid, err := strconv.Atoi(k.Execute("os.Getpid()").Value())
	if err != nil {
		t.Fatal(err)
	}
	id := k.Start("time.Sleep(time.Hour)")
	time.Sleep(100 * time.Millisecond)
	syscall.Kill(pid, syscall.SIGKILL)
	begun := time.Now()
	r := k.Done(id)
	if d := time.Since(begun); r.Reply.Status != "error" || d > 2*time.Second {
		t.Errorf("after %v: %v", d, r.Reply)
	}
	if r := k.Execute("1+1"); r.Value() != "2" {
		t.Errorf("a new cell: %v", r.Reply)
	}
}

// children returns the processes that a process has started.
func children(t testing.TB, pid int) (pids []int) {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	for _, task := range tasks {
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		for _, f := range strings.Fields(string(data)) {
			child, _ := strconv.Atoi(f)
			pids = append(pids, child)
		}
	}
	return pids
}

func TestShutdownAndSignals(t *testing.T) {
	t.Run("request while a cell runs", func(t *testing.T) {
		k := Start(t)
		k.Start("for {}")
		workers := children(t, k.Cmd.Process.Pid)
		k.Request(wire.Control, wire.ShutdownRequest, map[string]any{"restart": false})
		k.Gone(t, 5*time.Second)
		noneLeft(t, workers)
	})
	t.Run("SIGINT stops the cell", func(t *testing.T) {
		k := Start(t)
		id := k.Start("for {}")
		time.Sleep(100 * time.Millisecond)
		k.Cmd.Process.Signal(os.Interrupt)
		if r := k.Done(id); r.Reply.Status != "error" {
			t.Errorf("reply %v", r.Reply)
		}
		if r := k.Execute("1+1"); r.Value() != "2" {
			t.Errorf("afterwards: %v", r.Reply)
		}
	})
	t.Run("SIGTERM ends the kernel", func(t *testing.T) {
		k := Start(t)
		k.Start("for {}")
		workers := children(t, k.Cmd.Process.Pid)
		k.Cmd.Process.Signal(syscall.SIGTERM)
		k.Gone(t, 5*time.Second)
		noneLeft(t, workers)
	})
	t.Run("SIGKILL of the front ends the worker", func(t *testing.T) {
		k := Start(t)
		k.Start("for {}")
		workers := children(t, k.Cmd.Process.Pid)
		k.Cmd.Process.Kill()
		k.Gone(t, 5*time.Second)
		noneLeft(t, workers)
	})
	t.Run("sleep and waking", func(t *testing.T) {
		k := Start(t)
		k.Execute("x := 1")
		pids := append(children(t, k.Cmd.Process.Pid), k.Cmd.Process.Pid)
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGSTOP)
		}
		id := k.Send(wire.Shell, wire.ExecuteRequest, map[string]any{"code": "x + 1"})
		time.Sleep(500 * time.Millisecond)
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGCONT)
		}
		if r := k.Done(id); r.Value() != "2" {
			t.Errorf("after waking: %v", r.Reply)
		}
	})
}

// A server that is killed and started again finds the kernel as it was: a cell
// runs on without it, and whoever connects next hears the rest.
func TestServerRestarts(t *testing.T) {
	k := Start(t)
	k.Execute("n := 0")
	k.Start("for n < 20 { n++; time.Sleep(100 * time.Millisecond); fmt.Println(n) }")
	k.Client.Close()
	next := Connect(t, k.Info)
	if r := next.Request(wire.Control, wire.KernelInfoRequest, struct{}{}); r.Reply.Status != "ok" {
		t.Errorf("kernel_info: %v", r.Reply)
	}
	r := next.Execute("n") // waits for the cell
	if r.Value() != "20" {
		t.Errorf("after the restart n is %q: %v", r.Value(), r.Reply)
	}
	heard := 0
	next.mu.Lock()
	for id, ms := range next.got {
		if id != r.ID && Has(ms, wire.Stream) {
			heard++
		}
	}
	next.mu.Unlock()
	if heard != 1 {
		t.Error("the new client does not hear the cell of the old one")
	}
}

// The kernel of a server that was killed ends by itself.
func TestParentDies(t *testing.T) {
	parent := exec.Command("sleep", "60")
	if err := parent.Start(); err != nil {
		t.Skip(err)
	}
	k := Start(t, "JPY_PARENT_PID="+strconv.Itoa(parent.Process.Pid))
	k.Start("for {}")
	workers := children(t, k.Cmd.Process.Pid)
	parent.Process.Kill()
	parent.Wait()
	k.Gone(t, 5*time.Second)
	noneLeft(t, workers)
}

// A kernel that has run its first cell takes little, because its front is a
// small program.
func TestMemoryAtStart(t *testing.T) {
	k := Start(t)
	k.Execute("1 + 1")
	front, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", k.Cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here:", err)
	}
	if filepath.Base(front) != "gomdcsan-front" {
		t.Errorf("the front is %s", front)
	}
	if mb := resident(t, k.Cmd.Process.Pid); mb > 60 {
		t.Errorf("%.0f MB are resident", mb)
	} else {
		t.Logf("%.0f MB are resident", mb)
	}
}

// noneLeft waits for processes to end.
func noneLeft(t *testing.T, pids []int) {
	t.Helper()
	if len(pids) == 0 {
		t.Error("there was no worker")
	}
	for _, pid := range pids {
		for end := time.Now().Add(5 * time.Second); syscall.Kill(pid, 0) == nil && !zombie(pid); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Errorf("the worker %d still runs", pid)
				break
			}
		}
	}
}

// zombie reports whether a process has ended and waits for whoever reaps it.
func zombie(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(data), ") Z ")
}

func BenchmarkKernel(b *testing.B) {
	k := Start(b, "GOMDCSAN_OUTPUT_RATE=off")
	k.Execute("1+1")
	b.Run("cell", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			k.Forget(k.Execute(fmt.Sprintf("1+%d", n)).ID)
		}
	})
	b.Run("kernel_info", func(b *testing.B) {
		for b.Loop() {
			k.Forget(k.Request(wire.Shell, wire.KernelInfoRequest, struct{}{}).ID)
		}
	})
	b.Run("complete", func(b *testing.B) {
		for b.Loop() {
			k.Forget(k.Request(wire.Shell, wire.CompleteRequest, map[string]any{"code": "fmt.Pr", "cursor_pos": 6}).ID)
		}
	})
	b.Run("100000 lines", func(b *testing.B) {
		for b.Loop() {
			k.Forget(k.Execute("for i := 0; i < 100000; i++ { fmt.Println(i) }").ID)
		}
	})
}
