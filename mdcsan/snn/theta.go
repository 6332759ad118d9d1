package snn

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/muesli/clusters"

	"gomdcsan/mdcsan/rng"
)

// NeuronTheta is one neuron's dynamic parameters and its place: a point of
// Fig. 6.
type NeuronTheta struct {
	Layer int // 0 is the first spiking layer
	Index int // within the layer
	Theta
}

// Thetas returns the dynamic parameters of every neuron, layer by layer; nil
// when the network has no DNs.
func (a *Actor) Thetas() []NeuronTheta {
	s, ok := a.body.(*spiking)
	if !ok {
		return nil
	}
	var all []NeuronTheta
	for l, ly := range s.layers {
		d, ok := ly.neuron.(*dynamic)
		if !ok {
			continue
		}
		d.spread()
		for i := range ly.Out {
			all = append(all, NeuronTheta{l, i, Theta{d.full[0][i], d.full[1][i], d.full[2][i], d.full[3][i]}})
		}
	}
	return all
}

var thetaColumns = []string{"neuron", "layer", "theta_v", "theta_u", "theta_r", "theta_s"}

// outLayer is the output population's name in the layer column; the layers
// before it count from 1, as in the paper.
const outLayer = "out"

// WriteThetas writes the cloud of a whole network as CSV.
func WriteThetas(w io.Writer, cloud []NeuronTheta) error {
	out := csv.NewWriter(w)
	rows := [][]string{thetaColumns}
	for n, p := range cloud {
		layer := strconv.Itoa(p.Layer + 1)
		if p.Layer == cloud[len(cloud)-1].Layer {
			layer = outLayer
		}
		row := []string{strconv.Itoa(n), layer}
		for _, v := range []float32{p.V, p.U, p.R, p.S} {
			row = append(row, strconv.FormatFloat(float64(v), 'g', -1, 32))
		}
		rows = append(rows, row)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("snn: write thetas: %w", err)
	}
	return nil
}

// ReadThetas reads what WriteThetas wrote.
func ReadThetas(r io.Reader) ([]NeuronTheta, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(thetaColumns)
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("snn: read thetas: %w", err)
	}
	var cloud []NeuronTheta
	index := map[int]int{}
	for n, row := range rows {
		if n == 0 {
			continue
		}
		layer, err := len(index)+1, error(nil)
		if row[1] != outLayer {
			layer, err = strconv.Atoi(row[1])
		} else if n > 1 && rows[n-1][1] == outLayer {
			layer--
		}
		if err == nil && layer < 1 {
			err = fmt.Errorf("layer is %d, want at least 1", layer)
		}
		var v [4]float32
		for k := range v {
			x, e := strconv.ParseFloat(row[2+k], 32)
			if err == nil {
				err = e
			}
			v[k] = float32(x)
		}
		if err != nil {
			return nil, fmt.Errorf("snn: read thetas: row %d: %w", n, err)
		}
		cloud = append(cloud, NeuronTheta{layer - 1, index[layer], Theta{v[0], v[1], v[2], v[3]}})
		index[layer]++
	}
	return cloud, nil
}

// Centres groups the cloud into k clusters and returns their centres and, for
// each point, its cluster. With k = 1, the paper's choice, the centre is the
// mean. It is k-means from k-means++ seeds, run to a fixed point, best of 10
// starts.
//
// Assignment and centres are those of github.com/muesli/clusters, on which the
// library muesli/kmeans is built. Its Partition itself is of no use here: it
// starts from the global random source, and a result must follow from its seed.
func Centres(cloud []NeuronTheta, k int, s *rng.Stream) ([]Theta, []int, error) {
	if k < 1 || k > len(cloud) {
		return nil, nil, fmt.Errorf("snn: k-means: k is %d, want 1 to the number of points, %d", k, len(cloud))
	}
	points := make([]clusters.Coordinates, len(cloud))
	for i, p := range cloud {
		points[i] = clusters.Coordinates{float64(p.V), float64(p.U), float64(p.R), float64(p.S)}
		for _, v := range points[i] {
			if v-v != 0 {
				return nil, nil, fmt.Errorf("snn: k-means: point %d is not finite", i)
			}
		}
	}
	var best clusters.Clusters
	var of []int
	least := math.Inf(1)
	for range 10 {
		c := seeds(points, k, s)
		if o, cost := settle(points, c); cost < least {
			least, best, of = cost, c, o
		}
	}
	out := make([]Theta, k)
	for j, c := range best {
		out[j] = Theta{float32(c.Center[0]), float32(c.Center[1]), float32(c.Center[2]), float32(c.Center[3])}
	}
	return out, of, nil
}

// seeds draws k points, each with a probability proportional to the squared
// distance from those already drawn (Arthur and Vassilvitskii 2007).
func seeds(points []clusters.Coordinates, k int, s *rng.Stream) clusters.Clusters {
	c := clusters.Clusters{{Center: points[s.IntN(len(points))]}}
	d := make([]float64, len(points))
	for len(c) < k {
		total := 0.0
		for i, p := range points {
			d[i] = p.Distance(c[c.Nearest(p)].Center)
			total += d[i]
		}
		pick, r := len(points)-1, s.Float64()*total
		for i, v := range d {
			if r -= v; r < 0 {
				pick = i
				break
			}
		}
		c = append(c, clusters.Cluster{Center: points[pick]})
	}
	return c
}

// settle moves the centres to the means of their points until no point
// changes; a cluster without points keeps its centre.
func settle(points []clusters.Coordinates, c clusters.Clusters) (of []int, cost float64) {
	of = make([]int, len(points))
	for i := range of {
		of[i] = -1
	}
	for changed := true; changed; {
		changed, cost = false, 0
		c.Reset()
		for i, p := range points {
			j := c.Nearest(p)
			if j != of[i] {
				of[i], changed = j, true
			}
			c[j].Append(p)
			cost += p.Distance(c[j].Center)
		}
		c.Recenter()
	}
	return of, cost
}
