//go:build unix

package kerneltest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const script = `//usr/bin/env true
package main

import (
	"fmt"
	"os"

	"gomdcsan/mdcsan/rng"
)

type point struct{ x, y int }

func (p point) String() string { return fmt.Sprintf("(%d,%d)", p.x, p.y) }

var table = map[string]int{"a": one(), "b": 2}

func one() int { return 1 }

func init() { table["c"] = len(table) + 1 }

func sum[T ~int | ~float64](xs ...T) (s T) {
	for _, x := range xs {
		s += x
	}
	return s
}

func main() {
	defer fmt.Println("deferred")
	fmt.Println(table, point{1, 2}, sum(1.5, 2), rng.New(7, "script").Uniform(0, 1))
	if len(os.Args) < 1 {
		os.Exit(1)
	}
	for i := range 3 {
		defer func() { fmt.Print(i, " ") }()
	}
}
`

// A script is an ordinary Go program: go run, in a module that requires this
// one, prints what gomdcsan run prints.
func TestScriptIsAnOrdinaryProgram(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"script.go": script, "go.sum": string(sums),
		"go.mod": "module script\n\ngo 1.26\n\nrequire gomdcsan v0.0.0\n\nreplace gomdcsan => " + root + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	output := func(name string, args ...string) string {
		c := exec.Command(name, args...)
		c.Dir = dir
		var notes strings.Builder
		c.Stderr = &notes
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, &notes)
		}
		return string(out)
	}
	ours, gos := output(Binary(t), "run", "script.go"), output("go", "run", "-mod=mod", "script.go")
	if ours != gos {
		t.Errorf("gomdcsan run prints %q, go run %q", ours, gos)
	}
	if !strings.Contains(ours, "map[a:1 b:2 c:3] (1,2) 3.5") || !strings.HasSuffix(ours, "2 1 0 deferred\n") {
		t.Errorf("printed %q", ours)
	}
}

// TestReplInATerminal types at the prompt: several lines, the history, a
// completion, an interrupt.
func TestReplInATerminal(t *testing.T) {
	terminal, tty := openTerminal(t)
	c := exec.Command(Binary(t), "repl")
	c.Env = append(os.Environ(), "TERM=xterm", "GOMDCSAN_HISTORY="+filepath.Join(t.TempDir(), "history"))
	c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
	c.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	tty.Close()
	defer c.Process.Kill()
	seen := make(chan string, 1000)
	go func() {
		defer close(seen)
		buf := make([]byte, 4096)
		for {
			n, err := terminal.Read(buf)
			if err != nil {
				return
			}
			seen <- string(buf[:n])
		}
	}()
	text := "" // that no wait has come to yet
	wait := func(want string) {
		t.Helper()
		late := time.After(60 * time.Second)
		for !strings.Contains(text, want) {
			select {
			case s, ok := <-seen:
				if text += s; !ok {
					t.Fatalf("the prompt has ended; %q", text)
				}
			case <-late:
				t.Fatalf("waited for %q, got %q", want, text)
			}
		}
		_, text, _ = strings.Cut(text, want)
	}
	say := func(keys, want string) {
		t.Helper()
		if _, err := terminal.WriteString(keys); err != nil {
			t.Fatal(err)
		}
		wait(want)
	}
	wait("> ")
	say("6*111\r", "666")
	wait("> ") // what is typed earlier, the terminal may take for itself
	say("for i := range 3 {\r", "\n")
	say("fmt.Print(i*5, \";\") }\r", "0;5;10;")
	wait("> ")
	say("\x1b[A\x1b[A\x1b[A", "6*111") // up to the first cell
	say("+1\r", "667")
	wait("> ")
	say("strings.ToUpp\t", "strings.ToUpper") // completed
	say("(\"abc\")\r", "ABC")
	wait("> ")
	say("fmt.Println(\"lo\"+\"op\"); for {}\r", "loop")
	time.Sleep(300 * time.Millisecond)
	if err := c.Process.Signal(os.Interrupt); err != nil { // as the terminal does for Ctrl-C
		t.Fatal(err)
	}
	wait("nterrupted")
	wait("> ")
	say("40+2\r", "42")
	wait("> ")
	say("?strings.ToUpper\r", "func ToUpper(s string) string")
	wait("> ")
	say("strings.ToLower?\r", "func ToLower(s string) string")
	wait("> ")
	say("range\x12", "for i := range 3 {") // Ctrl-R
	say("\r", ".     ")                    // indented
	say("fmt.Print(i*7, \";\")\r", ".     ")
	say("}\r", "0;7;14;") // below for
	wait("> ")
	say("\x04", "")
	time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	if err := c.Wait(); err != nil {
		t.Errorf("Ctrl-D: %v", err)
	}
}
