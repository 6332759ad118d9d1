package golang

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"gomdcsan/kernel/display"
	"gomdcsan/kernel/engine"
)

// ways are how a cell's statements can be run.
var ways = []struct {
	name, magic string
	noNative    bool
}{{"as it is", "", false}, {"compiled", "%%native\n", false}, {"interpreted", "%%interpret\n", false}, {"without a toolchain", "", true}}

func inEachWay(t *testing.T, f func(t *testing.T, s *testSession, magic string)) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			s := newSessionWith(t, Options{NoNative: w.noNative})
			defer s.close()
			if !w.noNative {
				needNative(t, s)
			}
			f(t, s, w.magic)
		})
	}
}

// TestCaptureOutput sets os.Stdout to a pipe, as programs do to catch what is
// printed, and sets it back.
func TestCaptureOutput(t *testing.T) {
	inEachWay(t, func(t *testing.T, s *testSession, magic string) {
		s.must("import (\"io\"; \"log\"; \"os/exec\")")
		s.must("%%interpret\nfunc sayInterpreted() { fmt.Print(\"i\") }")
		s.must("func say() { for i := range 2 { fmt.Print(\"f\", i) } }")
		s.must("saved, savedErr := os.Stdout, os.Stderr\nr, w, _ := os.Pipe()\nos.Stdout = w")
		s.must(magic + "fmt.Println(\"a\"); say(); sayInterpreted(); fmt.Fprint(os.Stdout, \"b\"); os.Stdout.WriteString(\"c\")")
		s.must(magic + "for i := range 2 { fmt.Printf(\"l%d\", i) }\ndone := make(chan bool)\ngo func() { fmt.Print(\"g\"); close(done) }()\n<-done")
		s.must(magic + "func() { c := exec.Command(\"echo\", \"e\"); c.Stdout = os.Stdout; c.Run() }()")
		s.must("!echo m")
		s.must(magic + "os.Stderr = w; log.SetOutput(os.Stderr); log.SetFlags(0)\nfmt.Fprint(os.Stderr, \"x\"); log.Print(\"y\")\nfor range 2 { log.Print(\"z\") }")
		s.must("os.Stdout, os.Stderr = saved, savedErr; log.SetOutput(os.Stderr); log.SetFlags(log.LstdFlags); w.Close()\nall, _ := io.ReadAll(r)\nstrings.ReplaceAll(string(all), \"\\n\", \"/\")")
		if want := `"a/f0f1ibcl0l1ge/m/xy/z/z/"`; s.value != want {
			t.Errorf("caught %s, want %s", s.value, want)
		}
		s.must("fmt.Println(\"back\")")
		s.must("_, w, _ = os.Pipe(); os.Stdout = w")
		s.interruptSoon(t, "for { fmt.Println(\"a full pipe, which nobody reads\") }")
		s.must("%reset")
		s.must("fmt.Println(\"after\")")
		if out := s.output(); !strings.HasSuffix(out, "back\nafter\n") || strings.Contains(out, "f0") {
			t.Errorf("printed %q", out)
		}
	})
}

// interruptSoon runs a cell and interrupts it after a moment.
func (s *testSession) interruptSoon(t *testing.T, code string) {
	t.Helper()
	var pressed time.Time
	stop := time.AfterFunc(200*time.Millisecond, func() { pressed = time.Now(); s.e.Interrupt() })
	defer stop.Stop()
	if err := s.run(code); err == nil || err.Name != "Interrupted" {
		t.Errorf("%s: error %v, want Interrupted", code, err)
	} else if took := time.Since(pressed); took > time.Second {
		t.Errorf("%s: stopped %v after the interrupt", code, took)
	}
}

// typist answers prompts with lines; without any more it has been told to wait
// or to close its input.
type typist struct {
	mu    sync.Mutex
	lines []string
	err   error // instead of a line, nil to wait
	ctx   context.Context

	waiting func() // is called when it begins to wait
}

func (p *typist) Emit(engine.Event)        {}
func (p *typist) Context() context.Context { return p.ctx }

func (p *typist) Input(string, bool) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.lines) > 0 {
		line := p.lines[0]
		p.lines = p.lines[1:]
		return line, nil
	}
	if p.err != nil {
		return "", p.err
	}
	p.waiting()
	<-p.ctx.Done()
	return "", p.ctx.Err()
}

// TestStandardInput reads what the user types, in all the ways that programs
// read standard input.
func TestStandardInput(t *testing.T) {
	inEachWay(t, func(t *testing.T, s *testSession, magic string) {
		p := &typist{err: io.EOF, ctx: context.Background()}
		defer display.Attach(p)()
		s.must("import (\"bufio\"; \"encoding/csv\"; \"io\")\nlines := 0")
		s.must("func line(sc *bufio.Scanner) string { sc.Scan(); return sc.Text() }")
		s.must("func through(r io.Reader) string { data, _ := io.ReadAll(r); return string(data) }")
		for _, c := range []struct{ typed, code, value string }{
			{"one two\n3", "sc := bufio.NewScanner(os.Stdin); line(sc) + \"|\" + line(sc)", `"one two|3"`},
			{"a\nb\nc", "sc = bufio.NewScanner(os.Stdin); for sc.Scan() { lines++ }\nlines", "3"},
			{"7 8", "var i, j int\nn, err := fmt.Fscan(os.Stdin, &i, &j)\nfmt.Sprint(n, err, i+j)", `"2 <nil> 15"`},
			{"5\n6", "fmt.Scan(&i); fmt.Fscan(os.Stdin, &j); i * j", "30"},
			{"x y", "word := \"\"; fmt.Scan(&word); rest, _ := bufio.NewReader(os.Stdin).ReadString('\\n'); word + \"|\" + rest", `"x| y\n"`},
			{"all\nof it\n\x04\nnot this", "data, err := io.ReadAll(os.Stdin); fmt.Sprint(strings.Fields(string(data)), err)", `"[all of it] <nil>"`},
			{"interface\n\x04", "var from io.Reader = os.Stdin; through(from)", `"interface\n"`},
			{"copied\n\x04", "var b strings.Builder; io.Copy(&b, os.Stdin); b.String()", `"copied\n"`},
			{"1,2", "row, err := csv.NewReader(os.Stdin).Read(); fmt.Sprint(row, err)", `"[1 2] <nil>"`},
			{"bytes", "buf := make([]byte, 3); n, err = os.Stdin.Read(buf); fmt.Sprint(string(buf), n, err)", `"byt3 <nil>"`},
			{"", "n, err = os.Stdin.Read(buf); fmt.Sprint(string(buf[:n]))", `"es\n"`},
			{"late", "got := make(chan string); go func() { got <- line(bufio.NewScanner(os.Stdin)) }(); <-got", `"late"`},
			{"", "r, w, _ := os.Pipe(); std := os.Stdin; os.Stdin = r; fmt.Fprintln(w, \"9\"); fmt.Scan(&i); os.Stdin = std; i", "9"},
			{"", "k, err := fmt.Scanln(&i); fmt.Sprint(k, err)", `"0 EOF"`},
		} {
			p.lines = strings.Split(c.typed, "\n")
			if c.typed == "" {
				p.lines = nil
			}
			if s.must(magic + c.code); s.value != c.value {
				t.Errorf("typed %q: %s\nshows %s, want %s", c.typed, c.code, s.value, c.value)
			}
			if c.code[:4] != "data" && len(p.lines) > 0 {
				t.Errorf("%s\nhas left %q", c.code, p.lines)
			}
		}
		var notes strings.Builder
		s.e.options.Stderr = &notes
		p.lines, p.err = nil, errors.New("the front-end cannot ask")
		if s.must(magic + "sc = bufio.NewScanner(os.Stdin); sc.Scan(); sc.Scan(); fmt.Sprint(sc.Err())"); s.value != `"the front-end cannot ask"` {
			t.Errorf("where nobody can be asked: %s", s.value)
		}
		if notes.String() != "note: a cell reads standard input: the front-end cannot ask\n" {
			t.Errorf("noted %q", &notes)
		}
		waiting, cancel := context.WithCancel(context.Background())
		p.err, p.ctx = nil, waiting
		p.waiting = func() { s.e.Interrupt(); cancel() } // as the worker does
		if err := s.run(magic + "sc = bufio.NewScanner(os.Stdin); for sc.Scan() {}; fmt.Println(\"went on\")"); err == nil || err.Name != "Interrupted" {
			t.Errorf("error %v, want Interrupted", err)
		}
	})
}
