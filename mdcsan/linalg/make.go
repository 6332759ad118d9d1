package linalg

// Make returns n zeros, in large pages where the system has them.
func Make(n int) []float32 {
	x := make([]float32, n)
	if n >= 1<<14 {
		advise(x)
	}
	return x
}
