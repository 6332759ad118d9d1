package kerneltest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programs are run by gomdcsan and, compiled, by themselves.
var programs = []struct {
	name, code string
	args       []string
	stdin      string
	interrupt  bool // when it has printed a line
}{
	{name: "arguments", code: `func main() { fmt.Println(len(os.Args), os.Args[1:]); n := flag.Int("n", 1, "number"); flag.Parse(); fmt.Println(*n, flag.Args()) }`, args: []string{"-n", "3", "--", "-x", "a b", "--help"}},
	{name: "a flag that is none", code: `func main() { flag.Int("n", 1, "number"); flag.Parse(); fmt.Println("parsed") }`, args: []string{"-m"}},
	{name: "standard input", code: `func main() { var n int; fmt.Scanln(&n); sc := bufio.NewScanner(os.Stdin); for sc.Scan() { fmt.Println(n, sc.Text()) } }`, stdin: "7\na\nb"},
	{name: "all of standard input", code: `func main() { data, err := io.ReadAll(os.Stdin); fmt.Printf("%q %v\n", data, err); st, _ := os.Stdin.Stat(); fmt.Println(st.Mode()&os.ModeCharDevice == 0) }`, stdin: "a\nb\x00c"},
	{name: "a command reads it", code: `func main() { c := exec.Command("cat"); c.Stdin, c.Stdout = os.Stdin, os.Stdout; fmt.Println(c.Run()) }`, stdin: "through"},
	{name: "status", code: `func main() { defer fmt.Println("deferred"); fmt.Println("a"); os.Exit(3) }`},
	{name: "status of a goroutine", code: `func main() { defer fmt.Println("deferred"); go func() { os.Exit(4) }(); select {} }`},
	{name: "status of a deferred call", code: `func main() { defer os.Exit(5); defer fmt.Println("deferred"); panic("boo") }`},
	{name: "status of a value", code: `func main() { f := os.Exit; defer fmt.Println("deferred"); f(6) }`},
	{name: "status 0", code: `func main() { defer fmt.Println("deferred"); os.Exit(0) }`},
	{name: "log.Fatal", code: `func main() { defer fmt.Println("deferred"); log.SetFlags(0); log.Fatal("no") }`},
	{name: "a logger's Fatalf", code: `func main() { log.New(os.Stderr, "own: ", 0).Fatalf("no %d", 1) }`},
	{name: "streams", code: `func main() { fmt.Println("out"); fmt.Fprintln(os.Stderr, "err"); println("built in"); log.SetFlags(0); log.Print("log") }`},
	{name: "panic", code: `func main() { defer fmt.Println("deferred"); var m map[string]int; m["a"] = 1 }`},
	{name: "panic of a goroutine", code: `func main() { defer fmt.Println("deferred"); go func() { panic("boo") }(); select {} }`},
	{name: "recovered", code: `func main() { defer func() { fmt.Println(recover()) }(); panic("boo") }`},
	{name: "endless recursion", code: `func f(n int) int { return f(n+1) + 1 }` + "\nfunc main() { f(0) }"},
	{name: "interrupted", code: `func main() { defer fmt.Println("deferred"); fmt.Println("waiting"); time.Sleep(time.Hour) }`, interrupt: true},
	{name: "interrupt handled", code: `func main() { c := make(chan os.Signal, 1); signal.Notify(c, os.Interrupt); fmt.Println("waiting"); fmt.Println(<-c); os.Exit(7) }`, interrupt: true},
	{name: "goroutines end with main", code: `func main() { go func() { for { time.Sleep(time.Hour) } }(); fmt.Println("main") }`},
	{name: "init and variables", code: "var a = b + 1\nvar b = f()\nfunc f() int { return 2 }\nfunc init() { fmt.Println(\"init\", a) }\nfunc main() { fmt.Println(\"main\") }"},
}

const programHead = "package main\n\nimport (\"bufio\"; \"flag\"; \"fmt\"; \"io\"; \"log\"; \"os\"; \"os/exec\"; \"os/signal\"; \"time\")\n\n" +
	"var _, _, _, _, _, _, _, _, _ = bufio.NewReader, flag.Parse, io.EOF, log.Print, exec.Command, signal.Notify, time.Now, os.Exit, fmt.Print\n"

// TestScriptsAreProgramsInAll compares what gomdcsan run does with a script with
// what the script does as a program: output, status, signals.
func TestScriptsAreProgramsInAll(t *testing.T) {
	gomdcsan := Binary(t)
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			text := programHead + p.code
			file, program, bare := filepath.Join(dir, "x.go"), filepath.Join(dir, "x"), filepath.Join(dir, "bare.go")
			for name, text := range map[string]string{file: text, bare: strings.TrimPrefix(text, "package main"), filepath.Join(dir, "go.mod"): "module x\n\ngo 1.26\n"} {
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			build := exec.Command("go", "build", "-o", program, "x.go")
			build.Dir = dir
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			run := func(name string, args ...string) (stdout, stderr, status string) {
				c := exec.Command(name, append(args, p.args...)...)
				c.Dir, c.Stdin = dir, strings.NewReader(p.stdin)
				out := &firstLine{seen: make(chan struct{})}
				var errs bytes.Buffer
				c.Stdout, c.Stderr = out, &errs
				if err := c.Start(); err != nil {
					t.Fatal(err)
				}
				late := time.AfterFunc(3*time.Minute, func() { _ = c.Process.Kill() })
				defer late.Stop()
				if p.interrupt {
					select {
					case <-out.seen:
					case <-time.After(2 * time.Minute):
						t.Error("no line to interrupt")
					}
					_ = c.Process.Signal(os.Interrupt)
				}
				err := c.Wait()
				if err != nil && !errors.As(err, new(*exec.ExitError)) {
					t.Fatal(err)
				}
				ws := c.ProcessState.Sys().(syscall.WaitStatus)
				if ws.Signaled() {
					return out.text.String(), errs.String(), ws.Signal().String()
				}
				return out.text.String(), errs.String(), c.ProcessState.String()
			}
			out, errs, status := run(program)
			for _, script := range []string{file, bare} {
				gotOut, gotErrs, gotStatus := run(gomdcsan, "run", script)
				if gotOut != out || gotStatus != status {
					t.Errorf("%s: printed %q, ended with %s; the program prints %q and ends with %s\n%s", filepath.Base(script), gotOut, gotStatus, out, status, gotErrs)
				}
				first, _, _ := strings.Cut(errs, "\n")
				got, _, _ := strings.Cut(gotErrs, "\n")
				switch {
				case strings.HasPrefix(first, "panic: "), strings.HasPrefix(first, "Usage"), strings.HasPrefix(first, "flag "):
					first, got = strings.TrimSuffix(first, " [recovered]"), strings.TrimSuffix(got, " (in a goroutine)")
				case strings.HasPrefix(first, "runtime: goroutine stack exceeds"):
					continue
				default:
					first, got = errs, gotErrs
				}
				if got != first {
					t.Errorf("%s: standard error %q, the program's %q", filepath.Base(script), got, first)
				}
			}
		})
	}
}

// firstLine keeps what is written, and says when that is a line.
type firstLine struct {
	text strings.Builder
	seen chan struct{}
	said bool
}

func (f *firstLine) Write(p []byte) (int, error) {
	n, err := f.text.Write(p)
	if !f.said && bytes.IndexByte(p, '\n') >= 0 {
		f.said = true
		close(f.seen)
	}
	return n, err
}

// TestScriptErrors names the file and its line.
func TestScriptErrors(t *testing.T) {
	gomdcsan := Binary(t)
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, want string }{
		"compile.go": {"package main\n\nfunc main() {\n\tx := 1\n\ty()\n}\n", "compile.go:5:2: undefined: y"},
		"syntax.go":  {"package main\n\nfunc main() {\n\tx := \n}\n", "syntax.go:5:1:"},
		"other.go":   {"package other\n", "other.go: it is of package other, not main"},
		"cells.go":   {"// cell[1]\nx := 1\nx\n\n// cell[2]\ny\n", "cells.go:6:1: undefined: y"},
		"panics.go":  {"// cell[1]\nx := []int{1}\n\n// cell[4]\nx[3]\n", "panics.go:5"},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(gomdcsan, "run", name)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), c.want) || strings.Contains(string(out), "cell[") {
			t.Errorf("%s: %v\n%s\nwant %q", name, err, out, c.want)
		}
	}
}

// TestScriptsOfNotebooks runs what %save, jupytext and nbconvert write.
func TestScriptsOfNotebooks(t *testing.T) {
	gomdcsan := Binary(t)
	dir := t.TempDir()
	saved := filepath.Join(dir, "saved.go")
	repl := exec.Command(gomdcsan, "repl")
	repl.Stdin = strings.NewReader("x := 1\nx + 1\nfunc double(x int) int { return 2 * x }\ndouble(x)\nx := \"two\"\nx\n!echo shell\n%save " + saved + "\n")
	if out, err := repl.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if data, err := os.ReadFile(saved); err != nil || !strings.Contains(string(data), "// cell[2]") {
		t.Fatalf("saved %s, %v", data, err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"saved.go":     {"", "2\n2\n\"two\"\n"},
		"jupytext.go":  {"// ---\n// jupyter:\n//   kernelspec:\n//     name: gomdcsan\n// ---\n\n// # Title\n\n// %%\nx := 1\nx\n\n// %% tags=[\"a\"]\n// %time x\nx := 2.5\n\nx\n", "1\n2.5\n"},
		"light.go":     {"// # Title\n\nx := 1\nx\n\n// +\nx = 2\n\nx\n// -\n\nx + 1\n", "1\n2\n3\n"},
		"nbconvert.go": {"import \"strings\"\n\nx := 1\nx\n\nfunc f() int { return x }\nf()\n\nx := \"b\"\n\nfmt.Println(x)\n\n!echo shell\n\nstrings.ToUpper(x)\n", "1\n1\nb\nshell\n\"B\"\n"},
	} {
		if c.text != "" {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(gomdcsan, "run", name)
		cmd.Dir = dir
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil || string(out) != c.want {
			t.Errorf("%s: %v, printed %q, want %q\n%s", name, err, out, c.want, &errs)
		}
	}
}

// TestInputOfAPrompt gives a cell that reads standard input the next line.
func TestInputOfAPrompt(t *testing.T) {
	c := exec.Command(Binary(t), "repl")
	c.Stdin = strings.NewReader("import \"bufio\"\nsc := bufio.NewScanner(os.Stdin); sc.Scan(); sc.Text()\nfirst line\n" +
		"func ask() (s string) { fmt.Fscanln(os.Stdin, &s); return s }\nask()\nsecond\nlen(os.Args)\n")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if want := "\"first line\"\n\"second\"\n1\n"; err != nil || string(out) != want || errs.Len() > 0 {
		t.Errorf("%v: printed %q, want %q\n%s", err, out, want, &errs)
	}
}
