package kerneltest

import (
	"encoding/binary"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gomdcsan/kernel/wire"
)

// With 3 GB of address space the front outlives strangers with topics of
// 100 MB, messages of 250 MB and wrong signatures without end, and answers.
func TestFrontBelowThreeGigabytes(t *testing.T) {
	k := Start(t)
	k.Execute("1 + 1")
	limit := unix.Rlimit{Cur: 3 << 30, Max: 3 << 30}
	if err := unix.Prlimit(k.Cmd.Process.Pid, unix.RLIMIT_AS, &limit, nil); err != nil {
		t.Fatal(err)
	}
	attack := func(ch wire.Channel, size uint64, n int) {
		for range n {
			network, address := k.Info.Address(ch)
			c, err := net.Dial(network, address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			go func() {
				c.Write(greeting(peerOf(ch)))
				junk := make([]byte, 64<<10)
				for err := error(nil); err == nil; { // a message of one frame, again and again
					_, err = c.Write(binary.BigEndian.AppendUint64([]byte{2}, size))
					for left := int(size); left > 0 && err == nil; left -= len(junk) {
						_, err = c.Write(junk[:min(left, len(junk))])
					}
				}
			}()
		}
	}
	attack(wire.IOPub, 100<<20, 12)
	attack(wire.Shell, 250<<20, 8)
	attack(wire.Control, 250<<20, 4)
	attack(wire.Shell, 60<<10, 40)
	attack(wire.Heartbeat, 200<<20, 4)
	var worst time.Duration
	for range 60 {
		begun := time.Now()
		if r := k.Execute("1 + 1"); r.Value() != "2" {
			t.Fatalf("%v", r.Reply)
		}
		worst = max(worst, time.Since(begun))
	}
	t.Logf("1 + 1 took %v at most, the front %.0f MB", worst, peak(t, k.Cmd.Process.Pid))
	if worst > 3*time.Second { // 0.3 s on a machine at rest
		t.Errorf("1 + 1 took %v", worst)
	}
}
