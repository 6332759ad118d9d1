//go:build !unix

package replay

func (b *Buffer) allocate(n int) []float32 { return make([]float32, n) }
