//go:build unix

package worker

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/engine"
)

// recorder is a sink that remembers.
type recorder struct {
	mu     sync.Mutex
	events []engine.Event
	slow   time.Duration
}

func (r *recorder) Emit(e engine.Event) {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// take returns the events so far as text: "stdout:..." streams joined, others by kind.
func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	name := ""
	for _, e := range r.events {
		if e.Kind == engine.Stream {
			if name != e.Name {
				fmt.Fprintf(&b, "[%s]", e.Name)
			}
			name = e.Name
			b.WriteString(e.Text)
			continue
		}
		name = ""
		fmt.Fprintf(&b, "[%s]", e.Kind)
		if e.Display != nil {
			fmt.Fprint(&b, e.Display.Data["text/plain"])
		}
	}
	r.events = nil
	return b.String()
}

// starts counts WorkerStarted events and returns the last one's text.
func (r *recorder) starts() (n int, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == engine.WorkerStarted {
			n, why = n+1, e.Text
		}
	}
	return n, why
}

// session is a client with its sink and a counter of cells.
type session struct {
	*Client
	t   *testing.T
	rec *recorder
	n   int
}

func start(t *testing.T, o Options) *session {
	t.Helper()
	rec := &recorder{}
	if o.MemoryLimit == 0 {
		o.MemoryLimit = -1
	}
	c, err := Start(t.Context(), o, rec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &session{c, t, rec, 0}
}

// exec runs a cell, which must end in time.
func (s *session) exec(code string) engine.Outcome {
	s.t.Helper()
	s.n++
	out := make(chan engine.Outcome, 1)
	cell := engine.Cell{ID: "id" + strconv.Itoa(s.n), Count: s.n, Code: code}
	go func() { out <- s.Execute(context.Background(), cell) }()
	select {
	case o := <-out:
		return o
	case <-time.After(30 * time.Second):
		s.t.Fatalf("cell %q does not end", code)
		return engine.Outcome{}
	}
}

func (s *session) mustExec(code string) {
	s.t.Helper()
	if o := s.exec(code); o.Err != nil {
		s.t.Fatalf("%s: %v", code, o.Err)
	}
}

// shows runs a cell and compares all that came.
func (s *session) shows(code, want string) {
	s.t.Helper()
	s.rec.take()
	s.mustExec(code)
	if got := s.rec.take(); got != want {
		s.t.Errorf("%s:\n got %.2000q\nwant %.2000q", code, got, want)
	}
}

// dies runs a cell that must kill the worker with an explanation, and checks
// that the next cell runs in a fresh worker.
func (s *session) dies(code, want string) *engine.Error {
	s.t.Helper()
	s.mustExec("set here")
	s.rec.take()
	o := s.exec(code)
	if o.Err == nil {
		s.t.Fatalf("%s: no error", code)
	}
	text := o.Err.Value + "\n" + strings.Join(o.Err.Traceback, "\n")
	if !strings.Contains(text, want) || !strings.Contains(text, fmt.Sprintf("cell [%d]", s.n)) || !strings.Contains(text, "variables of this session are gone") {
		s.t.Errorf("%s: the explanation is %s\n%s\nand lacks %q", code, o.Err.Name, text, want)
	}
	if n, why := s.rec.starts(); n != 1 || why != "" {
		s.t.Errorf("%s: %d workers started, because of %q", code, n, why)
	}
	if got := s.rec.take(); strings.Contains(got, "goroutine ") {
		s.t.Errorf("%s: the user saw a stack dump:\n%s", code, got)
	}
	s.shows("get", "[stdout]gone")
	return o.Err
}

func TestCellsRun(t *testing.T) {
	s := start(t, Options{})
	s.shows("echo 2", "[execute_result]2")
	s.shows("set 5\nget", "[stdout]5")
	if o := s.exec("nonsense"); o.Err == nil || o.Err.Name != "unknown" {
		t.Errorf("an engine's error came as %v", o.Err)
	}
	if o := s.exec("enginepanic"); o.Err == nil || !strings.Contains(o.Err.Value, "a defect") {
		t.Errorf("a panic of the engine came as %v", o.Err)
	}
	s.shows("get", "[stdout]5")
	if c := s.Complete("ab", 2); len(c.Matches) != 1 || c.Matches[0].Text != "ab!" {
		t.Errorf("completion: %+v", c)
	}
	if i := s.Inspect("ab", 1, 0); !i.Found {
		t.Errorf("inspection: %+v", i)
	}
	if i := s.Inspect("panic", 1, 0); i.Found {
		t.Errorf("inspection that panics: %+v", i)
	}
	if c := s.IsComplete("ab"); c.Status != "complete" {
		t.Errorf("completeness: %+v", c)
	}
}

// What the process writes by itself and what the engine emits come in the
// order in which they were made.
func TestOutputKeepsItsOrder(t *testing.T) {
	s := start(t, Options{})
	s.shows("print a\nnative b\nprint c\nprintln d\nprint e\nnative f\necho g\nnative h",
		"[stdout]abc[stderr]d\n[stdout]ef[execute_result]g[stdout]h")
	for range 50 {
		s.shows("native 1\necho 2\nnative 3\necho 4\nprintln 5\necho 6",
			"[stdout]1[execute_result]2[stdout]3[execute_result]4[stderr]5\n[execute_result]6")
	}
}

// Output of a cell that is over belongs to that cell until the next begins;
// what its goroutines show and write through the engine also after that.
func TestLateOutputBelongsToItsCell(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("late tardy\nnative x")
	s.mustExec("sleep 250\nnative y\nshow z")
	cells := map[string]string{}
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	for _, e := range s.rec.events {
		text := e.Text
		if e.Display != nil {
			text = e.Display.Data["text/plain"].(string)
		}
		cells[e.Cell] += text + " "
	}
	if cells["id1"] != "x \"tardy\" tardy " || cells["id2"] != "y \"z\" " {
		t.Errorf("output by cell: %q", cells)
	}
}

func TestDisplayHost(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.shows("native a\nshow b\nnative c", "[stdout]a[display]\"b\"[stdout]c")
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	if o := s.exec("wait"); o.Err == nil || o.Err.Name != "Interrupted" {
		t.Errorf("an interrupt did not end the cell's context: %v", o.Err)
	}
	if o := s.exec("input name?"); o.Err == nil || !strings.Contains(o.Err.Value, "cannot ask for input") {
		t.Errorf("input without a front-end for it: %v", o.Err)
	}
	s.rec.take()
	done := make(chan engine.Outcome, 1)
	ask := func() {
		done <- s.Execute(context.Background(), engine.Cell{ID: "in", Code: "input name?", AllowStdin: true})
	}
	go ask()
	s.waitFor("[input_request]")
	s.Input(engine.InputReply{Text: "Ada"})
	if o := <-done; o.Err != nil || !strings.Contains(s.rec.take(), "Ada") {
		t.Errorf("input: %v", o.Err)
	}
	go ask()
	s.waitFor("[input_request]")
	s.Input(engine.InputReply{Closed: true})
	if o := <-done; o.Err == nil || o.Err.Value != "EOF" {
		t.Errorf("closed input: %v", o.Err)
	}
	go ask()
	s.waitFor("[input_request]")
	s.Interrupt()
	if o := <-done; o.Err == nil || !strings.Contains(o.Err.Value, "interrupted") {
		t.Errorf("interrupted input: %v", o.Err)
	}
}

// waitFor waits until the events contain text, and forgets them.
func (s *session) waitFor(text string) {
	s.t.Helper()
	var all string
	for range 1000 {
		if all += s.rec.take(); strings.Contains(all, text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("%q does not come, only %q", text, all)
}

func TestFloodArrivesWhole(t *testing.T) {
	s := start(t, Options{})
	var want strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	s.mustExec("set 1")
	s.shows("flood 100000", "[stdout]"+want.String())
	s.shows("nativeflood 100000", "[stdout]"+want.String())
	s.rec.slow = 100 * time.Microsecond // a slow front makes the cell wait, and loses nothing
	s.shows("flood 100000", "[stdout]"+want.String())
}

func TestCharactersAreNotCut(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.shows("native "+strings.Repeat("日本語", 30_000), "[stdout]"+strings.Repeat("日本語", 30_000))
	s.shows("hex e697\ndeaf 30\nhex a5", "[stdout]日")
	s.shows("hex ff", "[stdout]\uFFFD")
}

func TestUnshowableEvents(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.rec.take()
	s.mustExec("nan")
	if got := s.rec.take(); !strings.Contains(got, "cannot be shown") || !strings.Contains(got, "NaN") {
		t.Errorf("NaN in JSON gave %q", got)
	}
	s.mustExec("big " + strconv.Itoa(maxFrame+1))
	if got := s.rec.take(); !strings.Contains(got, "too large") {
		t.Errorf("a huge display gave %.200q", got)
	}
	s.shows("get", "[stdout]1")
}

func TestHostileFrames(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	for _, garbage := range []string{
		"hello, front",
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"\xff\xff\xff\xff\x0b\x00\x00\x00\x00",
		string(appendFrame(nil, frame{kind: frameEvent, payload: []byte("{]")})),
		string(appendFrame(nil, frame{kind: frameExecute, payload: []byte("{}")})),
		string(appendFrame(nil, frame{kind: frameStream, payload: []byte{200}})),
		string(appendFrame(nil, frame{kind: frameHello, payload: []byte("{}")})),
	} {
		s.dies("garbage "+strings.ReplaceAll(garbage, "\n", " "), "messages were damaged")
	}
}

func TestConnectionClosedByACell(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	if o := s.exec("close4"); o.Err == nil {
		t.Error("a cell without a connection succeeded")
	}
	s.mustExec("echo 1")
}

func TestInputAndComms(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.Input(engine.InputReply{Text: "Ada"})
	s.shows("ask name?", "[input_request][stdout]hello Ada")
	for i := range 100 {
		s.Comm(engine.CommMessage{ID: strconv.Itoa(i)})
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		s.rec.mu.Lock()
		n := len(s.rec.events)
		s.rec.mu.Unlock()
		if n == 100 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of 100 comm messages came", n)
		}
		time.Sleep(time.Millisecond)
	}
	for i, e := range s.rec.events {
		if e.Comm.ID != strconv.Itoa(i) {
			t.Fatalf("comm message %d came as number %d", i, i)
		}
	}
}

func TestStartFailures(t *testing.T) {
	rec := &recorder{}
	if _, err := Start(t.Context(), Options{Path: "/nonexistent/gomdcsan"}, rec); err == nil || !strings.Contains(err.Error(), "/nonexistent/gomdcsan") {
		t.Errorf("a missing executable gave %v", err)
	}
	s := start(t, Options{Env: []string{"SCRIPTED_FAILS=no symbols"}})
	for range 2 { // each cell tries again
		if o := s.exec("echo 1"); o.Err == nil || !strings.Contains(o.Err.Value, "no symbols") {
			t.Errorf("an engine that cannot start gave %v", o.Err)
		}
	}
	s = start(t, Options{Env: []string{"SCRIPTED_HANGS=1"}, StartTimeout: 200 * time.Millisecond})
	if o := s.exec("echo 1"); o.Err == nil || !strings.Contains(o.Err.Value, "not ready after") {
		t.Errorf("an engine that hangs at start gave %v", o.Err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("child")
	child, err := strconv.Atoi(strings.TrimPrefix(s.rec.take(), "[worker_started][stdout]"))
	if err != nil {
		t.Fatal(err)
	}
	worker := s.PID()
	done := make(chan engine.Outcome, 1)
	go func() { done <- s.Execute(context.Background(), engine.Cell{ID: "last", Code: "deaf 60000"}) }()
	time.Sleep(50 * time.Millisecond)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if o := <-done; o.Err == nil || !strings.Contains(o.Err.Value, "shutting down") {
		t.Errorf("the cell that ran ended with %v", o.Err)
	}
	if o := s.exec("echo 1"); o.Err == nil || !strings.Contains(o.Err.Value, "shutting down") {
		t.Errorf("a cell after the end gave %v", o.Err)
	}
	if syscall.Kill(worker, 0) == nil {
		t.Error("the worker lives")
	}
	gone := func() bool { // killed; whoever adopted it reaps it
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child))
		return err != nil || strings.Contains(string(stat), ") Z ")
	}
	for range 100 {
		if gone() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the process that a cell had started lives")
}

func TestContextEndsTheWorker(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := Start(ctx, Options{MemoryLimit: -1}, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	pid := c.PID()
	cancel()
	for range 300 {
		if syscall.Kill(pid, 0) != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the worker lives")
}

// A front that is killed takes its worker along, also in a busy cell.
func TestWorkerDiesWithItsFront(t *testing.T) {
	front := exec.Command(os.Args[0], "front")
	out, err := front.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := front.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	front.Process.Kill()
	front.Wait()
	for range 300 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if syscall.Kill(pid, 0) != nil || err == nil && strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	syscall.Kill(pid, syscall.SIGKILL)
	t.Error("the worker outlives its front")
}

func FuzzReadFrame(f *testing.F) {
	f.Add(appendFrame(nil, frame{kind: frameEvent, payload: []byte("{}")}))
	f.Add(appendFrame(nil, streamFrame("id", "stdout", []byte("text"))))
	f.Add([]byte("\xff\xff\xff\xff\x0b\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		for {
			fr, err := readFrame(r)
			if err != nil {
				return
			}
			if fr.kind == frameStream {
				_, _ = parseStream(fr.payload)
			}
			if again, err := readFrame(bufio.NewReader(bytes.NewReader(appendFrame(nil, fr)))); err != nil || !bytes.Equal(again.payload, fr.payload) {
				t.Errorf("%+v came back as %+v, %v", fr, again, err)
			}
		}
	})
}

func TestParseBytes(t *testing.T) {
	for s, want := range map[string]int64{"6GiB": 6 << 30, "500MB": 5e8, " 1.5 GiB ": 3 << 29, "1048576": 1 << 20, "12B": 12} {
		if n, err := ParseBytes(s); n != want || err != nil {
			t.Errorf("%q is %d, %v", s, n, err)
		}
	}
	for _, s := range []string{"", "GiB", "-1GB", "NaN", "Inf", "1e30GB", "six"} {
		if n, err := ParseBytes(s); err == nil {
			t.Errorf("%q is %d", s, n)
		}
	}
}
