//go:build linux

package kerneltest

import (
	"strings"
	"testing"
	"time"
)

// A message of 150 MB is history soon after: the processes give its memory back.
func TestMemoryIsGivenBack(t *testing.T) {
	k := Start(t)
	k.Execute("1 + 1")
	pid := k.Cmd.Process.Pid
	before := resident(t, pid)
	const most, patience = 60, 60 * time.Second
	r := k.Execute("_ = `" + strings.Repeat("x", 150<<20) + "`")
	begun := time.Now()
	for resident(t, pid) > before+most && time.Since(begun) < patience {
		time.Sleep(100 * time.Millisecond)
	}
	now := resident(t, pid)
	t.Logf("%.100s: %.0f MB before, %.0f MB %.1f s after", r.Reply, before, now, time.Since(begun).Seconds())
	if now > before+most {
		t.Errorf("%.0f MB before, %.0f MB for %v after", before, now, patience)
	}
}
