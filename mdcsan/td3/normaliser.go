package td3

import (
	"fmt"
	"math"

	"gomdcsan/mdcsan/linalg"
	"gomdcsan/mdcsan/nn"
)

// varFloor is added to a variance, so that a constant dimension gives 0.
const varFloor = 1e-8

// Normaliser turns observations into z-scores by the mean and the variance of
// all observations stored so far, clipped to +-clip. The statistics are
// refreshed every so many stored observations; raw observations stay in the
// replay buffer, so that a batch is always normalised by the newest ones.
// Before the first refresh the mean is 0 and the variance 1.
type Normaliser struct {
	dim, every int
	clip       float32

	n          []int64   // observations in the statistics; in the block under way
	mean, m2   []float64 // running mean, sum of squared deviations
	bMean, bM2 []float64 // the same of the block under way
	shift      []float32 // what Apply uses: mean
	scale      []float32 // and 1 / standard deviation
}

// NewNormaliser returns a normaliser of dim dimensions that has seen nothing.
func NewNormaliser(dim, every int, clip float32) *Normaliser {
	z := &Normaliser{
		dim: dim, every: every, clip: clip, n: make([]int64, 2),
		mean: make([]float64, dim), m2: make([]float64, dim),
		bMean: make([]float64, dim), bM2: make([]float64, dim),
		shift: make([]float32, dim), scale: make([]float32, dim),
	}
	for i := range z.scale {
		z.scale[i] = 1
	}
	return z
}

// Count returns the number of observations in the statistics.
func (z *Normaliser) Count() int { return int(z.n[0]) }

// Mean returns the mean in use, [N].
func (z *Normaliser) Mean() []float32 { return append([]float32(nil), z.shift...) }

// Observe adds a stored observation to the block under way (Welford) and, when
// the block is full, merges it into the statistics (Chan, Golub and LeVeque).
func (z *Normaliser) Observe(obs []float32) {
	if len(obs) != z.dim {
		panic(fmt.Sprintf("td3: Observe: %d numbers, want %d", len(obs), z.dim))
	}
	z.n[1]++
	n := float64(z.n[1])
	for i, v := range obs {
		d := float64(v) - z.bMean[i]
		z.bMean[i] += d / n
		z.bM2[i] += d * (float64(v) - z.bMean[i])
	}
	if int(z.n[1]) >= z.every {
		z.merge()
	}
}

func (z *Normaliser) merge() {
	na, nb := float64(z.n[0]), float64(z.n[1])
	total := na + nb
	for i := range z.mean {
		d := z.bMean[i] - z.mean[i]
		z.mean[i] += d * nb / total
		z.m2[i] += z.bM2[i] + d*d*na*nb/total
		z.bMean[i], z.bM2[i] = 0, 0
		z.shift[i] = float32(z.mean[i])
		z.scale[i] = float32(1 / math.Sqrt(z.m2[i]/total+varFloor))
	}
	z.n[0], z.n[1] = z.n[0]+z.n[1], 0
}

// Apply writes the z-scores of one or more observations [n][N].
func (z *Normaliser) Apply(dst, obs []float32) {
	for at := 0; at < len(obs); at += z.dim {
		linalg.Standardise(dst[at:at+z.dim], obs[at:at+z.dim], z.shift, z.scale, z.clip)
	}
}

// Tensors returns the whole state under prefix.
func (z *Normaliser) Tensors(prefix string) []nn.Tensor {
	s := []int{z.dim}
	return []nn.Tensor{
		{Name: prefix + "count", Shape: []int{2}, I64: z.n},
		{Name: prefix + "mean", Shape: s, F64: z.mean},
		{Name: prefix + "m2", Shape: s, F64: z.m2},
		{Name: prefix + "block_mean", Shape: s, F64: z.bMean},
		{Name: prefix + "block_m2", Shape: s, F64: z.bM2},
		{Name: prefix + "shift", Shape: s, F32: z.shift},
		{Name: prefix + "scale", Shape: s, F32: z.scale},
	}
}
