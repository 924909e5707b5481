package nets_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

func newGAN[T kernels.Float](t *testing.T) (*nets.GAN[T], kernels.Backend[T]) {
	t.Helper()
	be := kernels.NewReference[T]()
	g, d := nets.NewMLP[T]("generator", 5, 7, 6, 2), nets.NewMLP[T]("discriminator", 2, 8, 1)
	key := kernels.NewKey(11)
	g.HeNormal(be, 0.8, key, kernels.StreamInitG)
	d.HeNormal(be, 0.8, key, kernels.StreamInitD)
	for i, p := range append(append([]*nets.Param[T]{}, g.Params...), d.Params...) {
		if p.Rows == 1 { // biases away from zero, so that their gradients are tested off the initial point
			be.Normals(p.Data, key, kernels.Counter{Outer: 9, Inner: uint32(i)})
		}
	}
	n, err := nets.NewGAN(be, g, d, 9, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	be.Normals(n.Z.Data, key, kernels.Counter{Stream: kernels.StreamZ})
	be.Normals(n.Real.Data, key, kernels.Counter{Stream: kernels.StreamReal})
	return n, be
}

func compile[T kernels.Float](t *testing.T, be kernels.Backend[T], outs ...*gorgonia.Node) *plan.Program[T] {
	t.Helper()
	p, err := plan.Compile(be, outs...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func params(m *nets.MLP[float64]) (out []matrix) {
	for _, p := range m.Params {
		out = append(out, p.Matrix)
	}
	return out
}

func outputs(p *plan.Program[float64], n int) (out []matrix) {
	for i := range n {
		m := p.Output(i)
		m.Data = append([]float64{}, m.Data...)
		out = append(out, m)
	}
	return out
}

func TestBothPlayersGradientsAreFiniteDifferences(t *testing.T) {
	n, be := newGAN[float64](t)
	grads := compile(t, be, append(append(gorgonia.Nodes{}, n.DGrads...), n.GGrads...)...)
	grads.Run()
	all := outputs(grads, len(n.DGrads)+len(n.GGrads))
	t.Run("discriminator", func(t *testing.T) {
		compare(t, compile(t, be, n.DLoss), all[:len(n.DGrads)], params(n.D))
	})
	t.Run("generator", func(t *testing.T) {
		compare(t, compile(t, be, n.GLoss), all[len(n.DGrads):], params(n.G))
	})
}

// TestLossesAreTheSourcesFormulas computes the losses by hand from the logits.
func TestLossesAreTheSourcesFormulas(t *testing.T) {
	n, be := newGAN[float64](t)
	logits := func(x matrix) []float64 {
		w0, b0, w1, b1 := n.D.Params[0], n.D.Params[1], n.D.Params[2], n.D.Params[3]
		out := make([]float64, x.Rows)
		for i := range out {
			out[i] = b1.Data[0]
			for j := range w0.Cols {
				h := b0.Data[j] + x.Data[2*i]/2*w0.Data[j] + x.Data[2*i+1]/2*w0.Data[w0.Cols+j]
				out[i] += math.Max(h, 0) * w1.Data[j]
			}
		}
		return out
	}
	p := compile(t, be, n.Fake, n.DLoss, n.DReal, n.DFake, n.GLoss)
	p.Run()
	var dLoss, dReal, dFake, gLoss float64
	real, fake := logits(n.Real), logits(p.Output(0))
	for i := range real {
		sr, sf := 1/(1+math.Exp(-real[i])), 1/(1+math.Exp(-fake[i]))
		dLoss -= math.Log(sr) + math.Log(1-sf)
		gLoss -= math.Log(sf)
		dReal, dFake = dReal+sr, dFake+sf
	}
	for i, want := range []float64{dLoss, dReal, dFake, gLoss} {
		want /= float64(len(real))
		if got := p.Output(i + 1).Data[0]; math.Abs(got-want) > 1e-12 {
			t.Errorf("output %d is %v, want %v", i+1, got, want)
		}
	}
}

func TestHeNormalHasItsScale(t *testing.T) {
	be := kernels.NewReference[float32]()
	g := nets.NewMLP[float32]("generator", 256, 128, 128, 2)
	g.HeNormal(be, 0.8, kernels.NewKey(1), kernels.StreamInitG)
	for i, want := range map[int]float64{0: 0.0707, 2: 0.1} { // experiments.md §1.1
		var sum float64
		for _, w := range g.Params[i].Data {
			sum += float64(w) * float64(w)
		}
		if got := math.Sqrt(sum / float64(len(g.Params[i].Data))); math.Abs(got-want) > 0.02*want {
			t.Errorf("layer %d has standard deviation %v, want %v", i/2, got, want)
		}
	}
	for _, b := range g.Params[1].Data {
		if b != 0 {
			t.Fatal("a bias does not begin at zero")
		}
	}
	var n int
	for _, p := range g.Params {
		n += len(p.Data)
	}
	if n != 49666 { // experiments.md §1.1
		t.Errorf("the generator has %d parameters, want 49666", n)
	}
}
