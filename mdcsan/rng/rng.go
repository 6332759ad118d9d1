// Package rng gives every consumer of randomness its own named stream.
//
// A stream is derived from the run's seed and a name such as "env/0",
// "exploration" or "replay": adding a consumer never shifts the numbers that
// another one draws, so the same seed gives the same run on the same machine.
// A stream's state is 16 bytes and goes into the checkpoint.
//
//	noise := rng.New(seed, "exploration")
//	x := noise.NormFloat64()
//
// A Stream is not safe for concurrent use: give each goroutine its own.
package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Stream is a named sequence of random numbers (PCG-DXSM). Its methods are
// those of math/rand/v2.Rand; all of its state is in the generator, so a
// restored stream goes on exactly where the saved one stopped.
type Stream struct {
	*rand.Rand
	src *rand.PCG
}

// New returns the stream called name of the given seed.
func New(seed uint64, name string) *Stream {
	h := sha256.New()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], seed)
	h.Write(b[:])
	h.Write([]byte(name))
	sum := h.Sum(nil)
	src := rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16]))
	return &Stream{Rand: rand.New(src), src: src}
}

// Uniform returns a number from U(lo, hi).
func (s *Stream) Uniform(lo, hi float64) float64 { return lo + (hi-lo)*s.Float64() }

// Bits fills dst with independent random bits, two elements from each number of
// the stream: the fast way to very many draws.
func (s *Stream) Bits(dst []uint32) {
	for ; len(dst) > 1; dst = dst[2:] {
		u := s.src.Uint64()
		dst[0], dst[1] = uint32(u), uint32(u>>32)
	}
	if len(dst) > 0 {
		dst[0] = uint32(s.src.Uint64())
	}
}

// Restart makes the stream the one that two numbers select.
func (s *Stream) Restart(a, b uint64) { s.src.Seed(a, b) }

// MarshalBinary returns the state of the stream.
func (s *Stream) MarshalBinary() ([]byte, error) { return s.src.MarshalBinary() }

// UnmarshalBinary restores a state that MarshalBinary returned.
func (s *Stream) UnmarshalBinary(b []byte) error {
	if s.src == nil {
		s.src = new(rand.PCG)
		s.Rand = rand.New(s.src)
	}
	if err := s.src.UnmarshalBinary(b); err != nil {
		return fmt.Errorf("rng: restore stream: %w", err)
	}
	return nil
}
