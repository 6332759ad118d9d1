package gym

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// headerSize is the length of a frame's header: how many bytes follow, a
// letter, and three zeros. bridge.py has the letters.
const headerSize = 8

// maxFrame is far above what an environment can mean.
const maxFrame = 1 << 30

// beginFrame starts a frame in b, whose memory it uses again.
func beginFrame(b []byte, letter byte) []byte {
	return append(b[:0], 0, 0, 0, 0, letter, 0, 0, 0)
}

func endFrame(b []byte) { binary.LittleEndian.PutUint32(b, uint32(len(b)-headerSize)) }

func appendFloats(b []byte, x ...float64) []byte {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func floatAt(b []byte, i int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
}

// readFrame reads a frame into b, whose memory it uses again, and returns b and
// the frame's letter and content. A frame is mostly there after one read.
func readFrame(r io.Reader, b []byte) (memory []byte, letter byte, content []byte, err error) {
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
