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
	go func() { out <- s.Execute(cell) }()
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
	ask := func() { done <- s.Execute(engine.Cell{ID: "in", Code: "input name?", AllowStdin: true}) }
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

func TestDeathsAreExplained(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	for _, c := range []struct{ code, want string }{
		{"exit 3", "exit code 3"},
		{"exit 0", "exit code 0"},
		{"fatal goodbye", "some last words: goodbye"},
		{"gopanic boom", "a panic in a goroutine that nothing recovered: boom"},
		{"slowcrash", "exit code 2"},
		{"recurse", "infinite recursion"},
		{"maps", "concurrent map writes"},
		{"huge 47", "out of memory"},
		{"segv", "SIGSEGV"},
	} {
		if raceDetector && (c.code == "maps" || c.code == "huge 47") {
			t.Logf("%s is left out: the race detector reports it in its own way", c.code)
			continue
		}
		s.dies(c.code, c.want)
	}
}

func TestMemoryLimit(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector needs more memory than the limit of this test")
	}
	if machineMemory() == 0 {
		t.Skip("this system has no memory limit that a Go program can live with")
	}
	s := start(t, Options{MemoryLimit: 512 << 20})
	s.mustExec("alloc 100")
	s.dies("alloc 600", "more than its limit of 512 MB")
}

func TestKilledWorker(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	go func() {
		time.Sleep(100 * time.Millisecond)
		syscall.Kill(s.PID(), syscall.SIGKILL)
	}()
	e := s.dies("native before\nsleep 60000", "killed (SIGKILL)")
	if e.Name != "worker died" {
		t.Errorf("the error is named %q", e.Name)
	}
}

// A worker that dies between cells is replaced, and the user is told.
func TestDeathBetweenCells(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.rec.take()
	s.mustExec("latepanic boom")
	var why string
	deadline := time.Now().Add(10 * time.Second)
	for {
		if n, text := s.rec.starts(); n == 1 {
			why = text
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no new worker")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !strings.Contains(why, "boom") || !strings.Contains(why, "after cell [2] had ended") {
		t.Errorf("the user is told %q", why)
	}
	s.shows("get", "[stdout]gone")
}

func TestLastOutputIsNotLost(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	s.rec.take()
	s.exec("native last\nexit 1")
	if got := s.rec.take(); !strings.Contains(got, "[stdout]last") {
		t.Errorf("the user saw %q", got)
	}
}

func TestInterrupt(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1")
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	if o := s.exec("sleep 60000"); o.Err == nil || o.Err.Name != "Interrupted" {
		t.Errorf("an interrupted cell ended with %v", o.Err)
	}
	s.rec.take()
	s.shows("get", "[stdout]1")
	s.Interrupt() // nothing runs: nothing happens
	s.shows("get", "[stdout]1")
}

// An interrupt is not lost, whenever it comes after Execute was called.
func TestInterruptAtTheBeginning(t *testing.T) {
	s := start(t, Options{InterruptGrace: time.Hour})
	for i := range 50 {
		go func() {
			for running := false; !running; {
				s.mu.Lock()
				running = s.run != nil
				s.mu.Unlock()
				time.Sleep(time.Duration(i) * 100 * time.Microsecond)
			}
			s.Interrupt()
		}()
		if o := s.exec("deaf 2\ndrain\nsleep 60000"); o.Err == nil || o.Err.Name != "Interrupted" {
			t.Fatalf("%d: %v", i, o.Err)
		}
	}
}

func TestInterruptWhileTheWorkerStarts(t *testing.T) {
	s := start(t, Options{Env: []string{"SCRIPTED_HANGS=1"}, InterruptGrace: 100 * time.Millisecond})
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	if o := s.exec("echo 1"); o.Err == nil || o.Err.Name != "Interrupted" {
		t.Errorf("the cell ended with %v", o.Err)
	}
}

func TestDisobeyedInterruptEscalates(t *testing.T) {
	s := start(t, Options{InterruptGrace: 100 * time.Millisecond})
	s.mustExec("set 1")
	for _, code := range []string{"deaf 60000", "stopself"} {
		time.AfterFunc(50*time.Millisecond, s.Interrupt)
		if e := s.dies(code, "did not obey the interrupt"); e.Name != "Interrupted" {
			t.Errorf("%s: the error is named %q", code, e.Name)
		}
	}
	// One that obeys late keeps its session, and the user was warned.
	s.mustExec("set 2")
	time.AfterFunc(50*time.Millisecond, s.Interrupt)
	s.mustExec("deaf 250")
	if got := s.rec.take(); !strings.Contains(got, "does not obey the interrupt") {
		t.Errorf("the user saw %q", got)
	}
	s.shows("get", "[stdout]2")
}

// Two interrupts do at once what one does after a while.
func TestSecondInterruptKills(t *testing.T) {
	s := start(t, Options{InterruptGrace: time.Second})
	s.mustExec("set 1")
	go func() {
		for !strings.Contains(s.rec.take(), "does not obey") {
			s.Interrupt()
			time.Sleep(20 * time.Millisecond)
		}
		s.Interrupt()
	}()
	begin := time.Now()
	o := s.exec("deaf 60000")
	if o.Err == nil || !strings.Contains(o.Err.Value, "did not obey the interrupt") || time.Since(begin) > 2*time.Second {
		t.Errorf("%v after %v", o.Err, time.Since(begin))
	}
}

// A stopped worker answers no question; the front goes on.
func TestStoppedWorkerDoesNotBlockTheFront(t *testing.T) {
	s := start(t, Options{InterruptGrace: 100 * time.Millisecond})
	s.mustExec("set 1")
	pid := s.PID()
	syscall.Kill(pid, syscall.SIGSTOP)
	for range 1000 { // it stops in its own time
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") T ") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if c := s.Complete("x", 1); len(c.Matches) != 0 || c.Start != 1 {
		t.Errorf("completion of a stopped worker: %+v", c)
	}
	big := strings.Repeat("x", 1<<20)
	for range 20 {
		s.Comm(engine.CommMessage{ID: big})
	}
	syscall.Kill(pid, syscall.SIGCONT)
	s.mustExec("get")
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
	go func() { done <- s.Execute(engine.Cell{ID: "last", Code: "deaf 60000"}) }()
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

func TestPlacesInCells(t *testing.T) {
	d := death{crash: "fatal error: stack overflow\n\ngoroutine 7 [running]:\n" +
		"plugin/unnamed-12ab.Ↄf(0x1)\n\tcell[3]:2 +0x70 fp=0x5f8c sp=0x5f pc=0x7f\n" +
		"plugin/unnamed-12ab.f(0x0)\n\tcell[3]:2 +0x31 fp=0x5f8c\n" +
		"plugin/unnamed-12ab._Run.func1()\n\tcell[2]:7 +0x31\n"}
	got := strings.Join(d.places(engine.Cell{Count: 3, Code: "func f(n int) int {\n\treturn f(n)\n}"}), "|")
	if want := "    cell[3]:2, in f\n        return f(n)|    cell[2]:7"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
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

func BenchmarkRoundTrip(b *testing.B) {
	c, err := Start(b.Context(), Options{}, &recorder{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	c.Execute(engine.Cell{Code: "echo 2"})
	for b.Loop() {
		c.Execute(engine.Cell{Code: "echo 2"})
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		c, err := Start(b.Context(), Options{}, &recorder{})
		if err != nil {
			b.Fatal(err)
		}
		c.Execute(engine.Cell{Code: "echo 2"})
		b.StopTimer()
		c.Close()
		b.StartTimer()
	}
}

// BenchmarkRecovery is from a worker's death to the end of the next cell.
func BenchmarkRecovery(b *testing.B) {
	for _, code := range []string{"exit 1", "gopanic x", "recurse"} {
		b.Run(code, func(b *testing.B) {
			c, err := Start(b.Context(), Options{}, &recorder{})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			for b.Loop() {
				c.Execute(engine.Cell{Code: code})
				c.Execute(engine.Cell{Code: "echo 2"})
			}
		})
	}
}

func BenchmarkFlood(b *testing.B) {
	for _, code := range []string{"flood 100000", "nativeflood 100000"} {
		b.Run(code, func(b *testing.B) {
			c, err := Start(b.Context(), Options{}, &recorder{})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			for b.Loop() {
				c.Execute(engine.Cell{Code: code})
			}
		})
	}
}

// After a death %rerun brings the session back: the cells that had succeeded,
// in order, without what they print, and none twice.
func TestRerun(t *testing.T) {
	s := start(t, Options{})
	s.mustExec("set 1\nprint once")
	s.mustExec("set 2")
	if out := s.exec("unknown word"); out.Err == nil {
		t.Fatal("a cell that should fail did not")
	}
	died := func() string {
		t.Helper()
		out := s.exec("exit 3")
		if out.Err == nil {
			t.Fatal("the worker did not die")
		}
		return strings.Join(out.Err.Traceback, "\n")
	}
	if text := died(); !strings.Contains(text, "%rerun runs the 2 earlier cells again") {
		t.Errorf("the message offers nothing: %s", text)
	}
	s.rec.take()
	s.mustExec("%rerun")
	if got := s.rec.take(); strings.Contains(got, "once") || !strings.Contains(got, "2 earlier cells were run again") {
		t.Errorf("running again showed %q", got)
	}
	s.shows("get", "[stdout]2")
	died()
	s.mustExec("set 2") // run by hand, a cell is not lost any more
	s.mustExec("set 3")
	s.mustExec("%rerun")
	s.shows("get", "[stdout]1")
}

// After a death the next cell runs within a second on a machine at rest; the
// bound here allows for one that runs other tests.
func TestRecovery(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector is slow")
	}
	for _, code := range []string{"exit 3", "gopanic boom", "recurse"} {
		s := start(t, Options{})
		s.mustExec("set 1")
		best := time.Hour
		for range 3 {
			begun := time.Now()
			if out := s.exec(code); out.Err == nil {
				t.Fatalf("%s: no error", code)
			}
			s.mustExec("get")
			best = min(best, time.Since(begun))
		}
		t.Logf("%s: the next cell has run after %v", code, best.Round(time.Millisecond))
		if best > 3*time.Second {
			t.Errorf("%s: %v until the next cell has run", code, best)
		}
	}
}

func TestFunctionName(t *testing.T) {
	for line, want := range map[string]string{
		"cells/1a2b.fꞏdeepꞏdeep_3(0x1)":               "deep",
		"cells/1a2b.fꞏNetꞏForwardꞏNetꞏForward_4(...)": "Net.Forward",
		"cells/1a2b.Ↄhelper(0x1)":                     "helper",
		"cells/1a2b.cellꞏ()":                          "",
		"	cell[2]:3 +0x1d":                            "",
	} {
		if got := functionName(line); got != want {
			t.Errorf("%s is named %q, want %q", line, got, want)
		}
	}
}
