package kerneltest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gomdcsan/kernel/wire"
)

// Need returns the value of an environment variable that says where a thing
// is which the test cannot do without, and skips the test, or fails it when
// GOMDCSAN_REQUIRE names the thing, where there is none.
func Need(t testing.TB, thing, variable string) string {
	t.Helper()
	if value := os.Getenv(variable); value != "" {
		return value
	}
	without(t, thing, variable+" is not set")
	return ""
}

// NeedProgram is Need for a program on the PATH, whose path it returns.
func NeedProgram(t testing.TB, thing, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		without(t, thing, "there is no "+program)
	}
	return path
}

// without skips the test, or fails it when GOMDCSAN_REQUIRE names the thing.
func without(t testing.TB, thing, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("GOMDCSAN_REQUIRE"), ","), thing) {
		t.Fatalf("%s, and GOMDCSAN_REQUIRE wants %s", why, thing)
	}
	t.Skipf("%s: no %s here", why, thing)
}

// build builds the command once in the life of the test program.
var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("GOMDCSAN_BIN"); path != "" {
		return filepath.Abs(path)
	}
	dir, err := os.MkdirTemp("", "gomdcsan-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "gomdcsan")
	out, err := exec.Command("go", "build", "-o", dir, "gomdcsan/kernel/cmd/...").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// Binary returns the path of the command.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Environment returns an environment in which the kernel is registered with
// Jupyter, and nothing of the user's is read or written.
func Environment(t testing.TB) []string {
	t.Helper()
	dir := t.TempDir()
	env := append(os.Environ(),
		"JUPYTER_DATA_DIR="+filepath.Join(dir, "data"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(dir, "runtime"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(dir, "config"),
		"IPYTHONDIR="+filepath.Join(dir, "ipython"),
		"GOMDCSAN_HISTORY="+filepath.Join(dir, "history.jsonl"),
	)
	install := exec.Command(Binary(t), "install", "--user")
	install.Env = env
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install: %v\n%s", err, out)
	}
	return env
}

// Kernel is a running kernel with a client.
type Kernel struct {
	*Client
	Info   wire.ConnectionInfo
	Cmd    *exec.Cmd
	Stderr *bytes.Buffer // to be read after the end
	Ended  chan struct{}
}

// Start starts a kernel; it is shut down at the end of the test.
func Start(t testing.TB, env ...string) *Kernel {
	t.Helper()
	info, err := wire.NewConnection()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "connection.json")
	if err := info.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	k := &Kernel{Info: info, Cmd: exec.Command(Binary(t), "kernel", path), Stderr: &bytes.Buffer{}, Ended: make(chan struct{})}
	k.Cmd.Env = append(os.Environ(), append([]string{"GOMDCSAN_HISTORY=off", "GOMDCSAN_LOG=on"}, env...)...)
	k.Cmd.Stderr = k.Stderr
	if err := k.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		k.Cmd.Wait()
		close(k.Ended)
	}()
	t.Cleanup(func() {
		select {
		case <-k.Ended:
		default:
			k.Cmd.Process.Signal(os.Interrupt)
			k.Cmd.Process.Kill()
			<-k.Ended
		}
		if t.Failed() {
			t.Logf("the kernel's stderr:\n%s", k.Stderr)
		}
	})
	k.Client = Connect(t, info)
	return k
}

// Gone waits until the kernel has ended by itself.
func (k *Kernel) Gone(t testing.TB, most time.Duration) {
	t.Helper()
	select {
	case <-k.Ended:
	case <-time.After(most):
		t.Fatalf("the kernel still runs after %v", most)
	}
}
