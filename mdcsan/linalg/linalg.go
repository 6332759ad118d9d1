// Package linalg holds the float32 kernels that training spends its time in.
//
// Matrices are row-major slices with an explicit leading dimension (ld, the
// number of elements from one row to the next). Destinations come first,
// nothing is allocated after a Workspace has grown to its size, and a
// dimension mismatch is a programmer's error and panics.
//
//	var w linalg.Workspace
//	// y (100×256) = x (100×111) · W (111×256) + bias, then relu
//	w.GemmBias(false, false, 100, 256, 111, x, 111, weights, 256, bias, y, 256)
//	linalg.Relu(y, y)
//
// The products (gemm.go) pack their right operand into panels and run a
// register-tiled micro-kernel. The element-wise kernels (vector.go) and the
// neuron steps through time (neuron.go) work on whole slices; a destination
// may be the same slice as a source, but must not overlap it partly.
//
// On x86-64 the kernels are assembly written by the generator in asm/, chosen
// once, when the program starts, by what the processor has (AVX-512 or
// AVX2+FMA); everywhere else they are plain Go. All give the same results to
// rounding, and each gives the same bits every time on one machine, whatever
// GOMAXPROCS is: no kernel starts a goroutine.
//
// NaN and Inf pass through as in IEEE arithmetic: nothing is skipped because
// a factor is zero, except where a function says so.
//
// Everything here is safe for concurrent use on separate data; a Workspace
// belongs to one goroutine.
package linalg
