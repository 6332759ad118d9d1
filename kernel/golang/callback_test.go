//go:build unix

package golang

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// callbacks are cells in which a compiled package calls the cell's function for
// minutes, in their goroutine or in others.
var callbacks = []struct{ name, code string }{
	{"sort.Slice", `x := rand.Perm(20_000_000); wait(); sort.Slice(x, func(i, j int) bool { return x[i] < x[j] })`},
	{"slices.SortFunc", `x := rand.Perm(20_000_000); wait(); for { slices.SortFunc(x, func(a, b int) int { return b - a }) }`},
	{"sort.Sort", `x := lengths(rand.Perm(20_000_000)); wait(); sort.Sort(x)`},
	{"strings.Map", `s := strings.Repeat("a", 300_000_000); wait(); for { strings.Map(func(r rune) rune { return r + 1 }, s) }`},
	{"function by name", `s := strings.Repeat("a", 300_000_000); wait(); for { strings.IndexFunc(s, never) }`},
	{"filepath.WalkDir", `wait(); filepath.WalkDir("/", func(path string, d fs.DirEntry, err error) error { time.Sleep(time.Millisecond); return nil })`},
	{"sync.Once", `{ var first sync.Once; first.Do(func() { wait(); for i := 0; ; i++ { never('a') } }) }`},
	{"SplitFunc", `sc := bufio.NewScanner(strings.NewReader(strings.Repeat("a", 1000)))
		sc.Split(func(data []byte, atEOF bool) (int, []byte, error) { once(); return 0, nil, nil }); for { sc.Scan() }`},
	{"optimize.Minimize", `p := optimize.Problem{Func: func(x []float64) float64 { once(); calls++; return x[0] * x[0] + float64(calls) }}
		optimize.Minimize(p, []float64{1, 2}, &optimize.Settings{Converger: optimize.NeverTerminate{}, Concurrent: 2}, &optimize.NelderMead{})`},
	{"fd.Gradient", `for { fd.Gradient(nil, func(x []float64) float64 { once(); time.Sleep(time.Millisecond); return x[0] }, make([]float64, 1000), &fd.Settings{Concurrent: true}) }`},
	{"http handler", `l, _ := net.Listen("tcp", "localhost:0"); go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { wait(); for { never('a') } }))
		http.Get("http://" + l.Addr().String())`},
}

const callbacksPrelude = `import ("bufio"; "io/fs"; "net"; "net/http"; "path/filepath"; "gonum.org/v1/gonum/optimize"; "gonum.org/v1/gonum/diff/fd")
calls, waiting := 0, new(sync.Once)
func wait() { fmt.Println("waiting") }
func once() { waiting.Do(wait) }
func never(r rune) bool { return r == 'b' }
type lengths []int
func (l lengths) Len() int { return len(l) }
func (l lengths) Less(i, j int) bool { return l[i] < l[j] }
func (l lengths) Swap(i, j int) { l[i], l[j] = l[j], l[i] }`

// TestInterruptOfCallbacks stops what calls a function of the cell at its next
// call.
func TestInterruptOfCallbacks(t *testing.T) {
	bothWays(t, func(t *testing.T, s *testSession, noNative bool) {
		s.must(callbacksPrelude)
		s.must("calls = 0")
		defer func() { // nothing calls the cell's function any more
			s.must("before := calls; time.Sleep(50 * time.Millisecond)")
			if s.must("calls - before"); s.value != "0" {
				t.Errorf("%s calls after the interrupt", s.value)
			}
		}()
		for _, c := range callbacks {
			t.Run(c.name, func(t *testing.T) {
				s.must("kept := 17; waiting = new(sync.Once)")
				if took := s.interruptWaiting(t, c.code); took > time.Second {
					t.Errorf("stopped %v after the interrupt", took)
				}
				if s.must("kept"); s.value != "17" {
					t.Errorf("the variable is %s", s.value)
				}
			})
		}
	})
}

// commands are cells that start processes, whose sleeping grandchild has the
// number in its command line.
var commands = []struct{ name, code string }{
	{"Run", `exec.Command("sh", "-c", "sleep NUMBER; echo x").Run()`},
	{"CombinedOutput", `exec.Command("sh", "-c", "sleep NUMBER; echo x").CombinedOutput()`},
	{"Output", `out, err := exec.Command("sh", "-c", "sleep NUMBER | cat").Output(); fmt.Println(out, err)`},
	{"Start and Wait", `c := exec.Command("sh", "-c", "sleep NUMBER; echo x"); c.Start(); c.Wait()`},
	{"Start and another wait", `c := exec.Command("sh", "-c", "sleep NUMBER; echo x"); c.Start(); time.Sleep(time.Hour)`},
	{"pipe", `c := exec.Command("sh", "-c", "sleep NUMBER; echo x"); r, _ := c.StdoutPipe(); c.Start(); bufio.NewScanner(r).Scan()`},
	{"context", `exec.CommandContext(context.Background(), "sh", "-c", "sleep NUMBER; echo x").Run()`},
	{"method value", `f := exec.Command("sh", "-c", "sleep NUMBER; echo x").Run; f()`},
	{"in a goroutine", `var wg sync.WaitGroup; wg.Go(func() { exec.Command("sh", "-c", "sleep NUMBER; echo x").Run() }); wg.Wait()`},
	{"its own session", `c := exec.Command("sh", "-c", "sleep NUMBER; echo x"); c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}; c.Run()`},
	{"os.StartProcess", `p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "sleep NUMBER; echo x"}, &os.ProcAttr{}); if err != nil { panic(err) }; p.Wait()`},
	{"magic", `!sleep NUMBER; echo x`},
	{"magic for a cell", "%%bash\nsleep NUMBER | cat"},
}

// TestInterruptOfCommands leaves nothing running of what a cell has started.
func TestInterruptOfCommands(t *testing.T) {
	bothWays(t, func(t *testing.T, s *testSession, noNative bool) {
		s.must("import (\"bufio\"; \"os/exec\"; \"syscall\")\nkept := 17")
		for i, c := range commands {
			t.Run(c.name, func(t *testing.T) {
				number := strconv.Itoa(100_000*(os.Getpid()%1000) + 1000*i + 100)
				if noNative {
					number += "1"
				}
				if noNative && strings.Contains(c.code, "syscall") {
					return // that package is compiled for cells that import it
				}
				pressed, over := make(chan time.Time, 1), make(chan struct{})
				go func() {
					for len(sleeping(number)) == 0 {
						select {
						case <-over:
						case <-time.After(5 * time.Millisecond):
							continue
						}
						break
					}
					pressed <- time.Now()
					s.e.Interrupt()
				}()
				err := s.run(strings.ReplaceAll(c.code, "NUMBER", number))
				ended := time.Now()
				close(over)
				if err == nil || err.Name != "Interrupted" {
					t.Errorf("error %v, want Interrupted", err)
				}
				if took := ended.Sub(<-pressed); took > time.Second {
					t.Errorf("stopped %v after the interrupt", took)
				}
				for late := time.Now().Add(time.Second); len(sleeping(number)) > 0; time.Sleep(5 * time.Millisecond) {
					if time.Now().After(late) {
						pids := sleeping(number)
						t.Errorf("%v still run", pids)
						for _, p := range pids {
							if p, err := os.FindProcess(p); err == nil {
								_ = p.Kill()
							}
						}
						break
					}
				}
				if s.must("kept"); s.value != "17" {
					t.Errorf("the variable is %s", s.value)
				}
			})
		}
	})
}

// sleeping are the processes that sleep for so many seconds.
func sleeping(number string) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		line, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		pid, err := strconv.Atoi(e.Name())
		if err == nil && string(line) == "sleep\x00"+number+"\x00" {
			pids = append(pids, pid)
		}
	}
	return pids
}
