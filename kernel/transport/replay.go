package transport

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"gomdcsan/kernel/wire"
)

// errReplay is of a message with a valid signature that its sender need not
// have made.
var errReplay = errors.New("transport: a message that was heard elsewhere is not accepted again")

// replays tells the messages of those who know the key from what a stranger has
// heard and says again: everybody may listen to iopub, where everything is
// signed with the same key.
type replays struct {
	mu   sync.Mutex
	said map[string]time.Time // by signature, the birth of the connection; zero is the kernel's
	ring [4096]string         // the keys of said, oldest at next
	next int
}

// check refuses what only kernels say, which may come from one before this with
// the same key, and what another connection or this kernel has said before.
func (r *replays) check(p *peer, m *wire.Message) error {
	if onlyKernelsSay(m.Header.MsgType) {
		return errReplay
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if by, known := r.said[string(m.Signature)]; known {
		if by != p.guard.since {
			return errReplay
		}
		return nil
	}
	r.note(string(m.Signature), p.guard.since)
	return nil
}

// noteOwn remembers what the kernel says, if a front-end could have said it too.
func (r *replays) noteOwn(m *wire.Message, encoded [][]byte) {
	if onlyKernelsSay(m.Header.MsgType) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(string(encoded[1]), time.Time{})
}

func (r *replays) note(signature string, by time.Time) {
	if r.said == nil {
		r.said = map[string]time.Time{}
	}
	delete(r.said, r.ring[r.next])
	r.ring[r.next], r.said[signature] = signature, by
	r.next = (r.next + 1) % len(r.ring)
}

// provesKey reports whether a message of a type comes from front-ends alone, so
// that whoever sends one that was never heard knows the key.
func provesKey(msgType string) bool {
	return msgType == wire.InputReply || strings.HasSuffix(msgType, "_request") && msgType != wire.InputRequest
}

func onlyKernelsSay(msgType string) bool {
	if provesKey(msgType) {
		return false
	}
	return strings.HasSuffix(msgType, "_reply") || slices.Contains([]string{
		wire.InputRequest, wire.Stream, wire.DisplayData, wire.UpdateDisplayData, wire.ExecuteInput,
		wire.ExecuteResult, wire.Error, wire.Status, wire.ClearOutput, wire.IOPubWelcome,
	}, msgType)
}
