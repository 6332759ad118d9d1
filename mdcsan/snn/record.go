package snn

// Recording is what the network did for one observation.
type Recording struct {
	T           int         // steps
	Obs, Action []float32   // [N], [M]
	Input       [][]float32 // [T][K]: analogue activations or spikes
	Layers      []LayerRecord
	Rate        [][]float32 // [M][O]: firing rates that the decoder read
}

// LayerRecord is one layer's activity, [T][size] each. An analogue network
// has one step, its outputs in O, and no C, V and U.
type LayerRecord struct {
	C, V, U, O [][]float32
	Rate       []float32 // mean of O over the steps, per neuron
}

// Record runs the network on one observation and returns copies of everything
// inside. It takes the place of the last Forward: Backward needs a new one.
func (a *Actor) Record(obs []float32) *Recording {
	r := &Recording{T: a.cfg.T, Action: make([]float32, a.cfg.ActDim), Obs: append([]float32(nil), obs...)}
	a.setGeneral(true)
	a.Forward(r.Action, r.Obs, 1)
	a.setGeneral(false)
	if a.cfg.Neuron == ReLU {
		r.T = 1
	}
	steps, size := a.enc.Shape()
	for t := range r.T {
		x := a.x
		if steps > 1 {
			x = a.x[t*size : (t+1)*size]
		}
		r.Input = append(r.Input, append([]float32(nil), x...))
	}
	for m := range a.cfg.ActDim {
		r.Rate = append(r.Rate, append([]float32(nil), a.rate[m*a.cfg.O:(m+1)*a.cfg.O]...))
	}
	a.body.record(r)
	return r
}

// setGeneral chooses the way that keeps everything a recording shows.
func (a *Actor) setGeneral(on bool) {
	a.general = on
	if s, ok := a.body.(*spiking); ok {
		s.general = on
	}
}

func (s *spiking) record(r *Recording) {
	for _, l := range s.layers {
		a := &l.act
		rec := LayerRecord{C: split(a.C, a.N), V: split(a.V, a.N), O: split(a.O, a.N)}
		if a.U != nil {
			rec.U = split(a.U, a.N)
		}
		rec.Rate = meanOver(rec.O)
		r.Layers = append(r.Layers, rec)
	}
}

func (a *analogue) record(r *Recording) {
	for l, d := range a.net.Layers {
		rec := LayerRecord{O: split(a.net.Hidden(l), d.Out)}
		rec.Rate = meanOver(rec.O)
		r.Layers = append(r.Layers, rec)
	}
}

// split copies x [T][n] into T rows.
func split(x []float32, n int) [][]float32 {
	c := append([]float32(nil), x...)
	rows := make([][]float32, len(c)/n)
	for t := range rows {
		rows[t] = c[t*n : (t+1)*n]
	}
	return rows
}

func meanOver(rows [][]float32) []float32 {
	m := make([]float32, len(rows[0]))
	for _, r := range rows {
		for i, v := range r {
			m[i] += v / float32(len(rows))
		}
	}
	return m
}
