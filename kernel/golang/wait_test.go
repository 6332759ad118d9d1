package golang

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// waits are cells that would wait for ever in compiled code, after they have
// said so.
var waits = []struct{ name, code string }{
	{"mutex", `var mu sync.Mutex; mu.Lock(); wait(); mu.Lock()`},
	{"method value", `var mu sync.Mutex; mu.Lock(); f := mu.Lock; wait(); f()`},
	{"promoted method value", `var s struct{ sync.RWMutex; n int }; s.Lock(); f := s.RLock; wait(); f()`},
	{"method expression", `f, mu := (*sync.Mutex).Lock, &sync.Mutex{}; f(mu); wait(); f(mu)`},
	{"value of wg.Wait", `var wg sync.WaitGroup; wg.Add(1); f := wg.Wait; wait(); f()`},
	{"deferred", `var mu sync.Mutex; mu.Lock(); defer mu.Lock(); wait()`},
	{"pipe in memory", `pr, _ := io.Pipe(); wait(); pr.Read(make([]byte, 1))`},
	{"full pipe in memory", `_, pw := io.Pipe(); wait(); fmt.Fprintln(pw, "nobody reads")`},
	{"io.ReadAll", `pr, pw := io.Pipe(); go fmt.Fprint(pw, "a"); wait(); data, err := io.ReadAll(pr); fmt.Println(data, err)`},
	{"scanner", `pr, pw := io.Pipe(); _ = pw; sc := bufio.NewScanner(pr); wait(); for sc.Scan() {}`},
	{"pipe", `r, w, _ := os.Pipe(); defer w.Close(); wait(); r.Read(make([]byte, 1))`},
	{"full pipe", `r, w, _ := os.Pipe(); defer r.Close(); wait(); for { w.Write(make([]byte, 4096)) }`},
	{"io.Copy", `r, w, _ := os.Pipe(); defer w.Close(); wait(); io.Copy(io.Discard, r)`},
	{"interface", `r, w, _ := os.Pipe(); defer w.Close(); var from io.Reader = r; wait(); from.Read(make([]byte, 1))`},
	{"accept", `l, _ := net.Listen("tcp", "localhost:0"); defer l.Close(); wait(); l.Accept()`},
	{"connection", `wait(); conn.Read(make([]byte, 1))`},
	{"connection read by a decoder", `d := json.NewDecoder(conn); var v any; wait(); d.Decode(&v)`},
	{"body of an answer", `go func() { c, _ := listener.Accept(); c.Read(make([]byte, 4096)); c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) }()
		resp, _ := http.Get("http://" + listener.Addr().String()); wait(); io.ReadAll(resp.Body)`},
	{"answer of a server", `wait(); http.Get("http://" + listener.Addr().String())`},
	{"server", `srv := &http.Server{Addr: "localhost:0"}; wait(); srv.ListenAndServe()`},
	{"server of the package", `wait(); http.ListenAndServe(port, nil)`},
	{"server of the package again", `wait(); if err := http.ListenAndServe(port, nil); err != nil { panic(err) }`},
	{"server of a listener", `l, _ := net.Listen("tcp", port); wait(); http.Serve(l, nil)`},
	{"command", `cmd := exec.Command("sleep", "1000"); wait(); cmd.Run()`},
	{"goroutines", `for range 3 { go conn.Read(make([]byte, 1)) }; pr, _ := io.Pipe(); wait(); io.ReadAll(pr)`},
}

const waitsPrelude = `import ("bufio"; "encoding/json"; "io"; "net"; "net/http"; "os"; "os/exec"; "sync")
func wait() { fmt.Println("waiting") }
listener, _ := net.Listen("tcp", "localhost:0")
conn, _ := net.Dial("tcp", listener.Addr().String())
peer, _ := listener.Accept()
free, _ := net.Listen("tcp", "localhost:0")
port := free.Addr().String()
free.Close()`

// TestInterruptOfWaits presses once for each; the session, and the connection
// that cells were reading, live on.
func TestInterruptOfWaits(t *testing.T) {
	bothWays(t, func(t *testing.T, s *testSession, noNative bool) {
		s.must(waitsPrelude)
		var functions strings.Builder // in one unit: each is compiled for seconds
		for i, w := range waits {
			fmt.Fprintf(&functions, "func wait%d() {\n%s\n}\n", i, w.code)
		}
		s.must(functions.String())
		before := runtime.NumGoroutine()
		var took []time.Duration
		for i, w := range waits {
			t.Run(w.name, func(t *testing.T) {
				if d := s.interruptWaiting(t, fmt.Sprintf("wait%d()", i)); d < time.Second {
					took = append(took, d)
				} else {
					t.Errorf("stopped %v after the interrupt", d)
				}
			})
		}
		slices.Sort(took)
		if took != nil {
			t.Logf("stopped %v after the interrupt, the median; %v at most", took[len(took)/2], took[len(took)-1])
		}
		s.must(`peer.Write([]byte("on")); b := make([]byte, 2); n, err := io.ReadFull(conn, b)
if n != 2 || err != nil { panic(fmt.Sprint("the connection is not as it was: ", n, err)) }`)
		if more := runtime.NumGoroutine() - before; more > 20 {
			t.Errorf("%d goroutines more than before", more)
		}
		s.must("conn.Close(); listener.Close()")
	})
}

// interruptWaiting runs a cell, interrupts it when it says that it waits, and
// returns how long it took to stop.
func (s *testSession) interruptWaiting(t *testing.T, code string) time.Duration {
	t.Helper()
	said := func() int { s.mu.Lock(); defer s.mu.Unlock(); return strings.Count(s.out.String(), "waiting\n") }
	before, over := said(), make(chan struct{})
	var pressed time.Time
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for said() == before {
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
		time.Sleep(30 * time.Millisecond) // until it does
		pressed = time.Now()
		s.e.Interrupt()
	}()
	err := s.run(code)
	ended := time.Now()
	close(over)
	<-watched
	if err == nil || err.Name != "Interrupted" {
		t.Errorf("error %v, want Interrupted", err)
	}
	return ended.Sub(pressed)
}

// TestLocksWait measures how late a cell gets a lock that another goroutine has
// held for a while: it waits as locks do, and does not look now and then. An
// interrupt leaves the lock to others.
func TestLocksWait(t *testing.T) {
	const code = `func late() time.Duration {
	var mu sync.RWMutex
	var list []time.Duration
	for range 21 {
		var freed time.Time
		mu.Lock()
		go func() { time.Sleep(25 * time.Millisecond); freed = time.Now(); mu.Unlock() }()
		mu.RLock()
		list = append(list, time.Since(freed))
		mu.RUnlock()
	}
	slices.Sort(list)
	return list[10]
}
late().Seconds() < 1.5e-3`
	bothWays(t, func(t *testing.T, s *testSession, noNative bool) {
		for tries := 0; s.value != "true"; tries++ { // on a busy machine all is late now and then
			if tries == 10 {
				t.Errorf("without a toolchain %v: the median lock is more than 1.5 ms late, each time", noNative)
				break
			}
			s.must(code)
		}
		s.must("var mu sync.Mutex\nvar wg sync.WaitGroup\nsum := 0")
		s.must("func add() { for range 1000 { mu.Lock(); sum++; mu.Unlock() } }")
		if s.must("for range 50 { wg.Go(add) }\nwg.Wait()\nsum"); s.value != "50000" {
			t.Errorf("the sum is %s", s.value)
		}
		s.must("mu.Lock()")
		s.interruptWaiting(t, "fmt.Println(\"waiting\"); mu.Lock()")
		if s.must("mu.Unlock()\nmu.Lock()\nmu.Unlock()\nsum"); s.value != "50000" {
			t.Errorf("after the interrupt: %s", s.value)
		}
	})
}
