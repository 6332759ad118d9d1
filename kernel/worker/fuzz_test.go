//go:build unix

package worker

import (
	"strings"
	"testing"

	"gomdcsan/kernel/engine"
)

// Whatever a process writes before it dies is explained in a few lines, and of
// what it wrote before the report nothing is lost.
func FuzzCrashReport(f *testing.F) {
	f.Add("", "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [running]:\ncells/1a.fꞏdeepꞏdeep_3(0x1)\n\tcell[3]:2 +0x1d\n", "f()")
	f.Add("goroutine 1 [running]:\n", "said\nruntime: goroutine stack exceeds\nfatal error: stack overflow\n", "")
	f.Add("panic: boom\n\tcell[9999999999999999999]:1\n", "", "\n\n")
	f.Fuzz(func(t *testing.T, crash, stderr, code string) {
		d := death{crash: crash, stderr: []byte(stderr)}
		before := d.split()
		if !strings.HasPrefix(stderr, before) {
			t.Errorf("%q is not what was written: %q", before, stderr)
		}
		out := d.outcome(engine.Cell{Code: code, Count: 3}, false)
		if out.Err == nil || out.Err.Value == "" || len(out.Err.Traceback) < 2 || len(out.Err.Traceback) > 12 {
			t.Errorf("the explanation is %+v", out.Err)
		}
	})
}
