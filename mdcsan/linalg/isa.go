package linalg

import "golang.org/x/sys/cpu"

//go:generate ./asm/generate.sh

// isa is one implementation of the kernels. Its methods dispatch; the
// exported functions call those of best.
type isa uint8

const (
	portable isa = iota // plain Go
	avx2                // AVX2 and FMA, 8 lanes
	avx512              // AVX-512 F, DQ, BW, VL, 16 lanes
)

// best is what this processor can do; GODEBUG=cpu.avx512f=off (or cpu.avx2=off)
// asks for less.
var best = detect()

func detect() isa {
	x := cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return portable
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return avx512
	}
	return avx2
}

func (s isa) String() string {
	return [...]string{"portable Go", "AVX2+FMA", "AVX-512"}[s]
}

// Instructions names the instruction set that the kernels use here.
func Instructions() string { return best.String() }

// panel is the width of a packed panel: two vectors.
func (s isa) panel() int {
	if s == avx512 {
		return 32
	}
	return 16
}

// tile is the number of rows that the micro-kernel computes together.
func (s isa) tile() int {
	if s == avx512 {
		return 10
	}
	return 6
}
