package replay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
)

// ErrCorrupt is wrapped by Load's errors about data that AppendRows did not
// write, or not for this task.
var ErrCorrupt = errors.New("replay data is damaged")

// A segment is a header and rows. Header: first number (uint64), number of
// rows, obsDim, actDim (uint32 each). Row: flags (terminated, aside), obs, act,
// rew and, when aside is set, obs2. The last row is always written with its
// obs2, since the row that would hold it is not in the segment.
const headerSize = 8 + 3*4

// AppendRows appends the transitions with the numbers from <= number < to.
func (b *Buffer) AppendRows(dst []byte, from, to uint64) []byte {
	if from < b.oldest || to > b.added || from > to {
		panic(fmt.Sprintf("replay: rows %d to %d are not kept (%d to %d are)", from, to, b.oldest, b.added))
	}
	dst = binary.LittleEndian.AppendUint64(dst, from)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(to-from))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(b.obsDim))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(b.actDim))
	for n := from; n < to; n++ {
		at := b.index(n)
		f := b.flags[at] & terminated
		if n == to-1 || b.flags[at]&chained == 0 {
			f |= aside
		}
		dst = append(dst, f)
		dst = appendFloats(dst, b.row(at))
		if f&aside != 0 {
			dst = appendFloats(dst, b.next(at))
		}
	}
	runtime.KeepAlive(b) // and its blocks
	return dst
}

// Load adds the transitions of a segment. Their numbers must go on where the
// buffer stands. After an error the buffer holds the rows before the fault.
func (b *Buffer) Load(segment []byte) error {
	if len(segment) < headerSize {
		return fmt.Errorf("replay: load: %d bytes are no header: %w", len(segment), ErrCorrupt)
	}
	first := binary.LittleEndian.Uint64(segment)
	rows := binary.LittleEndian.Uint32(segment[8:])
	obsDim, actDim := binary.LittleEndian.Uint32(segment[12:]), binary.LittleEndian.Uint32(segment[16:])
	if int(obsDim) != b.obsDim || int(actDim) != b.actDim {
		return fmt.Errorf("replay: load: rows of %d observations and %d actions, want %d and %d: %w", obsDim, actDim, b.obsDim, b.actDim, ErrCorrupt)
	}
	if first != b.added {
		return fmt.Errorf("replay: load: rows begin at %d, want %d: %w", first, b.added, ErrCorrupt)
	}
	r := reader{rest: segment[headerSize:]}
	obs, obs2 := make([]float32, b.obsDim), make([]float32, b.obsDim)
	tail := make([]float32, b.actDim+1)
	pending := false // a row whose obs2 is the obs of the row to come
	var act []float32
	var rew float32
	var done bool
	for n := range rows {
		f := r.flags()
		cur := obs
		if pending {
			cur = obs2
		}
		r.floats(cur)
		if pending {
			if r.err == nil {
				r.err = b.Add(obs, act, rew, cur, done)
			}
			copy(obs, cur)
		}
		r.floats(tail)
		act, rew, done = append(act[:0], tail[:b.actDim]...), tail[b.actDim], f&terminated != 0
		if pending = f&aside == 0; !pending {
			r.floats(obs2)
			if r.err == nil {
				r.err = b.Add(obs, act, rew, obs2, done)
			}
		}
		if r.err != nil {
			return fmt.Errorf("replay: load: row %d of %d: %w: %w", n, rows, r.err, ErrCorrupt)
		}
	}
	if pending || len(r.rest) > 0 {
		return fmt.Errorf("replay: load: %d bytes after the last row, or its end is missing: %w", len(r.rest), ErrCorrupt)
	}
	return nil
}

// reader takes fields off the front of rest until the first error.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) flags() byte {
	if r.err != nil || len(r.rest) == 0 {
		r.err = errors.Join(r.err, errors.New("data ends early"))
		return 0
	}
	f := r.rest[0]
	if f&^(terminated|aside) != 0 {
		r.err = fmt.Errorf("unknown flags %#x", f)
	}
	r.rest = r.rest[1:]
	return f
}

func (r *reader) floats(dst []float32) {
	if r.err != nil {
		return
	}
	if len(r.rest) < 4*len(dst) {
		r.err = errors.New("data ends early")
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(r.rest[4*i:]))
	}
	r.rest = r.rest[4*len(dst):]
}

func appendFloats(dst []byte, x []float32) []byte {
	for _, v := range x {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}
