package nets_test

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

// filled is a network whose biases are away from zero, so that their gradients
// are tested off the initial point.
func filled(be kernels.Backend[float64], name string, hidden nets.Activation, sizes ...int) *nets.MLP[float64] {
	m := nets.NewMLP[float64](name, sizes...)
	m.Hidden = hidden
	m.HeNormal(be, 0.8, kernels.NewKey(11), kernels.StreamInitG)
	for i, p := range m.Params {
		if p.Rows == 1 {
			be.Normals(p.Data, kernels.NewKey(11), kernels.Counter{Outer: 9, Inner: uint32(i)})
		}
	}
	return m
}

func newDiscriminator(t *testing.T, hidden nets.Activation, form nets.GeneratorLoss) (*nets.Discriminator[float64], kernels.Backend[float64]) {
	t.Helper()
	be := kernels.NewReference[float64]()
	d, err := nets.NewDiscriminator(be, filled(be, "discriminator", hidden, 2, 8, 1), 9, 0.5, form)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range append([]matrix{d.Real, d.Fake}, d.Direction...) {
		be.Normals(m.Data, kernels.NewKey(7), kernels.Counter{Inner: uint32(i)})
	}
	return d, be
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
		m.Data = slices.Clone(m.Data)
		out = append(out, m)
	}
	return out
}

// everyDiscriminator runs a test for both activations and both losses.
func everyDiscriminator(t *testing.T, test func(*testing.T, *nets.Discriminator[float64], kernels.Backend[float64])) {
	for name, hidden := range map[string]nets.Activation{"relu": nets.ReLU, "tanh": nets.Tanh} {
		for _, form := range []nets.GeneratorLoss{nets.NonSaturating, nets.Minimax} {
			t.Run(name+", "+string(form), func(t *testing.T) {
				d, be := newDiscriminator(t, hidden, form)
				test(t, d, be)
			})
		}
	}
}

func TestTheLossesGradientsAreFiniteDifferences(t *testing.T) {
	everyDiscriminator(t, func(t *testing.T, d *nets.Discriminator[float64], be kernels.Backend[float64]) {
		n := len(d.DGrads)
		p := compile(t, be, append(append(slices.Clone(d.DGrads), d.GGrads...), d.Cost)...)
		p.Run()
		all := outputs(p, 2*n+1)
		compare(t, first(compile(t, be, d.DLoss)), all[:n], params(d.Net))
		compare(t, first(compile(t, be, d.GLoss)), all[n:], append(params(d.Net), d.Fake))
	})
}

func TestTheGradientsOfTheDiscriminatorsGradientAreFiniteDifferences(t *testing.T) {
	everyDiscriminator(t, func(t *testing.T, d *nets.Discriminator[float64], be kernels.Backend[float64]) {
		second := compile(t, be, append(slices.Clone(d.Curve), d.Pull)...)
		second.Run()
		slope := against(compile(t, be, d.DGrads...), d.Direction)
		compare(t, slope, outputs(second, len(d.Curve)+1), append(params(d.Net), d.Fake))
	})
}

func TestTheGeneratorsGradientsAreFiniteDifferences(t *testing.T) {
	for name, hidden := range map[string]nets.Activation{"relu": nets.ReLU, "tanh": nets.Tanh} {
		t.Run(name, func(t *testing.T) {
			be := kernels.NewReference[float64]()
			g, err := nets.NewGenerator(be, filled(be, "generator", hidden, 5, 7, 6, 2), 9)
			if err != nil {
				t.Fatal(err)
			}
			be.Normals(g.Z.Data, kernels.NewKey(1), kernels.Counter{})
			be.Normals(g.Cost.Data, kernels.NewKey(2), kernels.Counter{})
			grads := compile(t, be, g.Grads...)
			grads.Run()
			compare(t, against(compile(t, be, g.Fake), []matrix{g.Cost}), outputs(grads, len(g.Grads)), params(g.Net))
		})
	}
}

// TestLossesAreTheSourcesFormulas computes the losses by hand from the logits.
func TestLossesAreTheSourcesFormulas(t *testing.T) {
	for _, form := range []nets.GeneratorLoss{nets.NonSaturating, nets.Minimax} {
		for _, hidden := range []nets.Activation{nets.ReLU, nets.Tanh} {
			d, be := newDiscriminator(t, hidden, form)
			p := compile(t, be, d.DLoss, d.DReal, d.DFake, d.GLoss)
			p.Run()
			for i, want := range byHand(d, form) {
				if got := p.Output(i).Data[0]; math.Abs(got-want) > 1e-12 {
					t.Errorf("%s: output %d is %v, want %v", form, i, got, want)
				}
			}
		}
	}
}

// byHand computes DLoss, DReal, DFake and GLoss.
func byHand(d *nets.Discriminator[float64], form nets.GeneratorLoss) []float64 {
	var dLoss, dReal, dFake, gLoss float64
	real, fake := logits(d.Net, d.Real), logits(d.Net, d.Fake)
	n := float64(len(real))
	for i := range real {
		sr, sf := 1/(1+math.Exp(-real[i])), 1/(1+math.Exp(-fake[i]))
		dLoss -= (math.Log(sr) + math.Log(1-sf)) / n
		gLoss -= math.Log(sf) / n
		dReal, dFake = dReal+sr/n, dFake+sf/n
	}
	if form == nets.Minimax {
		gLoss = -dLoss
	}
	return []float64{dLoss, dReal, dFake, gLoss}
}

func logits(m *nets.MLP[float64], x matrix) []float64 {
	act := math.Tanh
	if m.Hidden == nets.ReLU {
		act = func(h float64) float64 { return math.Max(h, 0) }
	}
	w0, b0, w1, b1 := m.Params[0], m.Params[1], m.Params[2], m.Params[3]
	out := make([]float64, x.Rows)
	for i := range out {
		out[i] = b1.Data[0]
		for j := range w0.Cols {
			h := b0.Data[j] + x.Data[2*i]/2*w0.Data[j] + x.Data[2*i+1]/2*w0.Data[w0.Cols+j]
			out[i] += act(h) * w1.Data[j]
		}
	}
	return out
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
