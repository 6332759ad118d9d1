package kerneltest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tmux is a terminal that a program runs in.
type tmux struct {
	t       *testing.T
	session string
	socket  string
}

func newTmux(t *testing.T, env []string, command string) *tmux {
	t.Helper()
	NeedProgram(t, "jupyter", "tmux")
	x := &tmux{t, "console", filepath.Join(t.TempDir(), "tmux")}
	cmd := exec.Command("tmux", "-S", x.socket, "new-session", "-d", "-s", x.session, "-x", "110", "-y", "40", command)
	cmd.Env = append(env, "TERM=xterm-256color")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() { exec.Command("tmux", "-S", x.socket, "kill-server").Run() })
	return x
}

func (x *tmux) typed(keys ...string) {
	x.t.Helper()
	args := append([]string{"-S", x.socket, "send-keys", "-t", x.session}, keys...)
	if out, err := exec.Command("tmux", args...).CombinedOutput(); err != nil {
		x.t.Fatalf("tmux: %v\n%s", err, out)
	}
}

func (x *tmux) screen() string {
	out, _ := exec.Command("tmux", "-S", x.socket, "capture-pane", "-p", "-t", x.session).Output()
	return string(out)
}

// see waits until the screen shows a text.
func (x *tmux) see(want string) {
	x.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if strings.Contains(x.screen(), want) {
			return
		}
	}
	x.t.Fatalf("no %q on the screen:\n%s", want, x.screen())
}

// TestConsole uses jupyter_console as one does at a terminal.
func TestConsole(t *testing.T) {
	exe := Need(t, "jupyter", "GOMDCSAN_PYTHON")
	env := append(Environment(t), "PATH="+filepath.Dir(exe)+string(os.PathListSeparator)+os.Getenv("PATH"))
	start := fmt.Sprintf("%s -m jupyter_console --kernel=gomdcsan", exe)
	x := newTmux(t, env, start)
	x.see("In [1]:")
	x.typed("x := 6 * 7", "Enter")
	x.see("In [2]:")
	x.typed("x", "Enter")
	x.see("42")
	x.see("In [3]:")
	// An open brace asks for more lines, a closed block runs.
	x.typed("for i := 0; i < 2; i++ {", "Enter")
	x.see("...:")
	x.typed("fmt.Println(100 + i)", "Enter", "}", "Enter")
	time.Sleep(300 * time.Millisecond)
	x.typed("Enter")
	x.see("101")
	x.see("In [4]:")
	x.typed(`name, _ := display.Input("Who? ")`, "Enter")
	x.see("Who?")
	x.typed("Ada", "Enter")
	x.see("In [5]:")
	x.typed(`"hello " + name`, "Enter")
	x.see("hello Ada")
	x.see("In [6]:")
	x.typed("for { time.Sleep(time.Millisecond) }", "Enter")
	time.Sleep(time.Second)
	x.typed("C-c")
	x.see("In [7]:")
	x.typed("x +", "Enter")
	time.Sleep(300 * time.Millisecond)
	x.typed("1", "Enter")
	x.see("43")
	x.typed("C-d")
	time.Sleep(500 * time.Millisecond)
	x.typed("y", "Enter")

	// The next console has the history on its arrow-up key.
	x = newTmux(t, env, start)
	x.see("In [1]:")
	x.typed("Up")
	x.see("1")
}
