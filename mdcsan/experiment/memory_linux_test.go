package experiment

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMemoryIsChecked: a run that cannot fit is refused before its first step,
// with what to change; the same run with that change begins.
func TestMemoryIsChecked(t *testing.T) {
	if os.Getenv("TEST_MEMORY_CHILD") == "" {
		c := exec.Command(os.Args[0], "-test.run=^TestMemoryIsChecked$", "-test.v")
		c.Env = append(os.Environ(), "TEST_MEMORY_CHILD=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	size, _ := processMemory()
	limit := unix.Rlimit{Cur: size + 900<<20, Max: size + 900<<20}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig("Pendulum-v1")
	c.Steps, c.Replay = 100_000_000, 100_000_000
	_, err := New(c, Parts{})
	if !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "ulimit -v") || !strings.Contains(err.Error(), "--replay") {
		t.Fatal(err)
	}
	e, err := newEnv(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	c.Replay = int(c.fitting(e.Spec(), 700<<20))
	r, err := New(c, Parts{})
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}
