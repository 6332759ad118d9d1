// Package wire has the messages between this program and Python: a header of 8
// bytes, the length of what follows (uint32, little endian), a letter and three
// zeros, then the content, mostly rows of float64. What the letters mean stands
// with those who serve them: gym/bridge.py for environments of Python, package
// serve for our tasks and policies. Each request has one reply, in order.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

const headerSize = 8 // bytes

// maxFrame is far above what an environment can mean.
const maxFrame = 1 << 30

// Begin starts a frame in b, whose memory it uses again.
func Begin(b []byte, letter byte) []byte {
	return append(b[:0], 0, 0, 0, 0, letter, 0, 0, 0)
}

// End fills in the length of the frame that Begin started.
func End(b []byte) { binary.LittleEndian.PutUint32(b, uint32(len(b)-headerSize)) }

// AppendFloats appends numbers.
func AppendFloats(b []byte, x ...float64) []byte {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// Float is number i of a content.
func Float(b []byte, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
}

// Read reads a frame into b, whose memory it uses again, and returns b and
// the frame's letter and content. A frame is mostly there after one read.
func Read(r io.Reader, b []byte) (memory []byte, letter byte, content []byte, err error) {
	if cap(b) < 4096 {
		b = make([]byte, 4096)
	}
	b = b[:cap(b)]
	n, err := io.ReadAtLeast(r, b, headerSize)
	if err != nil {
		return b, 0, nil, err
	}
	size := int(binary.LittleEndian.Uint32(b))
	if size > maxFrame {
		return b, 0, nil, fmt.Errorf("a message of %d bytes", size)
	}
	size += headerSize
	if size < n {
		return b, 0, nil, errors.New("more bytes than the message has")
	}
	if size > len(b) {
		b = append(b[:n], make([]byte, size-n)...)
	}
	if _, err = io.ReadFull(r, b[n:size]); err != nil {
		return b, 0, nil, err
	}
	return b, b[4], b[headerSize:size], nil
}
