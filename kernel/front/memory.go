package front

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"gomdcsan/kernel/wire"
)

// memoryLimit is when the collector starts to work hard. What the front needs
// is a few megabytes and the messages under way.
const memoryLimit = 512 << 20

// bigMessage is one after which memory is given back to the system at once,
// instead of some minutes later.
const bigMessage = 4 << 20

// memory keeps the front small.
type memory struct {
	tidy *time.Timer
	wait atomic.Int64 // until it is given back again, ns
}

func newMemory() *memory {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	m := &memory{}
	m.tidy = time.AfterFunc(time.Hour, m.giveBack)
	m.tidy.Stop()
	return m
}

// giveBack collects twice: what package json keeps for its next message goes
// with the second. A big message that is still on its way is waited for, longer
// each time.
func (m *memory) giveBack() {
	runtime.GC()
	debug.FreeOSMemory()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	if wait := time.Duration(m.wait.Load()); s.HeapAlloc > 4*bigMessage && wait < time.Minute {
		m.wait.Store(int64(2 * wait))
		m.tidy.Reset(2 * wait)
	}
}

// passed is told of every message. The memory is given back a second after a big
// one.
func (m *memory) passed(msg *wire.Message) {
	n := len(msg.Content)
	for _, b := range msg.Buffers {
		n += len(b)
	}
	if n > bigMessage {
		m.wait.Store(int64(time.Second))
		m.tidy.Reset(time.Second)
	}
}
