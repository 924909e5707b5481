package main

import (
	"math/rand/v2"
	"runtime/debug"
	"time"

	"sweep/training/stock"
)

// stockRing is the model in gorgonia's own operations.
type stockRing struct {
	ring *stock.Ring
	data *data
	own  *drawn
}

func (r *stockRing) open(s spec, d *data) (err error) {
	if err := r.close(); err != nil {
		return err
	}
	layer := func(name string) stock.Layer {
		w, b := d.weights[name+"w"], d.weights[name+"b"]
		return stock.Layer{In: w.shape[0], Out: w.shape[1], Weights: w.data, Bias: b.data}
	}
	r.data, r.own = d, &drawn{d, rand.New(rand.NewPCG(1, 1))}
	r.ring, err = stock.New(stock.Settings{
		K: s.k, Batch: s.batch, Scale: 0.5, Adam: stock.Adam{Rate: 1e-3, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8},
		Generator: []stock.Layer{layer("g0"), layer("g1"), layer("g2")}, Discriminator: []stock.Layer{layer("d0"), layer("d1")},
	})
	return err
}

func (r *stockRing) check() (all []losses, err error) {
	for i := range checked {
		d, g, err := r.ring.Step(given{r.data, i})
		if err != nil {
			return nil, err
		}
		all = append(all, losses{d, g})
	}
	return all, nil
}

func (r *stockRing) run(n int) (time.Duration, error) {
	return timed(n, func() error { _, _, err := r.ring.Step(r.own); return err })
}

func (r *stockRing) close() error {
	if r.ring == nil {
		return nil
	}
	ring := r.ring
	r.ring = nil
	return ring.Close()
}

// given are the data's batches of one iteration.
type given struct {
	*data
	step int
}

func (g given) Real(inner int, out []float32) { copy(out, g.real.row(g.step, inner)) }
func (g given) Z(inner int, out []float32)    { copy(out, g.z.row(g.step, inner)) }
func (g given) ZG(out []float32)              { copy(out, g.zg.row(g.step)) }

// drawn are fresh batches by Go's own generator.
type drawn struct {
	*data
	rand *rand.Rand
}

func (d *drawn) Real(_ int, out []float32) {
	for i := 0; i < len(out); i += 2 {
		c := d.mixture.Centres[d.rand.IntN(len(d.mixture.Centres))]
		out[i] = float32(c.X + d.mixture.Sigma*d.rand.NormFloat64())
		out[i+1] = float32(c.Y + d.mixture.Sigma*d.rand.NormFloat64())
	}
}

func (d *drawn) Z(_ int, out []float32) { d.ZG(out) }

func (d *drawn) ZG(out []float32) {
	for i := range out {
		out[i] = float32(d.rand.NormFloat64())
	}
}

// gorgoniaVersion is the module's that was built in.
func gorgoniaVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == "gorgonia.org/gorgonia" {
			return m.Version
		}
	}
	return "unknown"
}
