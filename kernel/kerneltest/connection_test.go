//go:build unix

package kerneltest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomdcsan/kernel/wire"
)

// A kernel that is started by hand keeps its key to itself: its folder is its
// own, nobody can have made it before, and it is gone at the end.
func TestConnectionFileIsPrivate(t *testing.T) {
	tmp := t.TempDir()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, 0} { // 0: a shutdown_request
		c := exec.Command(Binary(t), "kernel")
		c.Env = append(os.Environ(), "TMPDIR="+tmp, "GOMDCSAN_HISTORY=off")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		guessed := filepath.Join(tmp, "gomdcsan-")
		line, err := bufio.NewReader(out).ReadString('\n')
		path := strings.TrimSpace(line[strings.Index(line, "/"):])
		if err != nil || !strings.HasPrefix(path, tmp) || strings.HasPrefix(path, guessed+"1") {
			t.Fatalf("%q, %v", line, err)
		}
		for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, want mode %o (%v)", p, info.Mode(), want, err)
			}
		}
		info, err := wire.ReadConnectionFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := info.WriteFile(path); err == nil {
			t.Error("a connection file was written over one that is there")
		}
		client := Connect(t, info)
		if sig == 0 {
			client.Request(wire.Control, wire.ShutdownRequest, map[string]any{"restart": false})
		} else {
			c.Process.Signal(sig)
		}
		kill := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
		if err := c.Wait(); err != nil {
			t.Errorf("the end: %v", err)
		}
		kill.Stop()
		if left, _ := os.ReadDir(tmp); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}
