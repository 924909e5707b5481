package nets_test

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
)

var (
	elu  = nets.Layer{Kind: nets.CurveLayer, Activation: kernels.Activation{Curve: kernels.ELU}}
	tanh = nets.Layer{Kind: nets.CurveLayer, Activation: kernels.Activation{Curve: kernels.Tanh}}
)

// players are a generator of 8×8 pictures and a discriminator of them, with
// every kind of layer.
func players(t *testing.T) (gen, disc *nets.ConvNet[float64]) {
	t.Helper()
	gen, err := nets.NewConvNet[float64]("generator", nets.ConvForm{In: nets.Flat(5), Layers: []nets.Layer{
		{Kind: nets.LinearLayer, Units: 36}, relu, norm, {Kind: nets.ReshapeLayer, Shape: nets.Volume{Channels: 4, Height: 3, Width: 3}},
		doubling(3, 2), norm, relu, doubling(2, 1), tanh}})
	if err != nil {
		t.Fatal(err)
	}
	disc, err = nets.NewConvNet[float64]("discriminator", nets.ConvForm{In: nets.Volume{Channels: 2, Height: 8, Width: 8}, Layers: []nets.Layer{
		{Kind: nets.NoiseLayer, Sigma: 0.3}, halving(3), norm, elu, halving(4), norm, elu, {Kind: nets.NoiseLayer, Sigma: 0.5},
		{Kind: nets.SimilarLayer, Kernels: 3, Dims: 2}, {Kind: nets.LinearLayer, Units: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	be := kernels.NewReference[float64]()
	gen.Initialise(be, nets.HeNormal(1), kernels.NewKey(5), kernels.StreamInitG)
	disc.Initialise(be, nets.HeNormal(1), kernels.NewKey(5), kernels.StreamInitD)
	return gen, disc
}

func fill(m kernels.Matrix[float64], stream kernels.Stream) {
	kernels.NewReference[float64]().Normals(m.Data, kernels.NewKey(6), kernels.Counter{Stream: stream})
}

// differences holds gradients against central differences of a loss, for some
// elements of each parameter.
func differences(t *testing.T, params []*nets.Param[float64], grads [][]float64, loss func() float64) {
	t.Helper()
	const step = 1e-5
	for i, p := range params {
		got := append([]float64{}, grads[i]...)
		for j := 0; j < len(p.Data); j += 1 + len(p.Data)/7 {
			at := p.Data[j]
			p.Data[j] = at + step
			high := loss()
			p.Data[j] = at - step
			want := (high - loss()) / (2 * step)
			p.Data[j] = at
			if math.Abs(got[j]-want) > 1e-6+1e-4*math.Abs(want) {
				t.Errorf("%s, element %d: %g, expected %g", p.Name, j, got[j], want)
			}
		}
	}
}

func compiled(t *testing.T, outputs ...*gorgonia.Node) *plan.Program[float64] {
	t.Helper()
	p, err := plan.Compile[float64](kernels.NewReference[float64](), outputs...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func gradientsOf(p *plan.Program[float64], first, n int) (out [][]float64) {
	for i := range n {
		out = append(out, p.Output(first+i).Data)
	}
	return out
}

func TestACriticsGradientsAreItsLossesDifferences(t *testing.T) {
	_, disc := players(t)
	c, err := nets.NewConvCritic(kernels.NewReference[float64](), disc, 6)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Noise) != 2 || c.Noise[1].Cols != 16 {
		t.Fatalf("%d matrices of noise", len(c.Noise))
	}
	fill(c.X, kernels.StreamReal)
	for i, m := range c.Noise {
		fill(m, kernels.Stream(20+i))
	}
	program := compiled(t, append(gorgonia.Nodes{c.Loss, c.Score}, c.Grads...)...)
	for _, sign := range []float64{-1, 1} {
		c.Sign.Data[0] = sign
		program.Run()
		loss, score := program.Output(0).Data[0], program.Output(1).Data[0]
		if !(score > 0 && score < 1) || !(loss > 0) {
			t.Errorf("sign %v: loss %v, score %v", sign, loss, score)
		}
		differences(t, disc.Params, gradientsOf(program, 2, len(c.Grads)), func() float64 { program.Run(); return program.Output(0).Data[0] })
	}
}

func TestAnAdversarysGradientsAreItsLossesDifferences(t *testing.T) {
	gen, disc := players(t)
	for _, form := range []nets.GeneratorLoss{nets.NonSaturating, nets.Minimax} {
		a, err := nets.NewConvAdversary(kernels.NewReference[float64](), gen, disc, 6, form)
		if err != nil {
			t.Fatal(err)
		}
		fill(a.Z, kernels.StreamZ)
		for i, m := range a.Noise {
			fill(m, kernels.Stream(20+i))
		}
		program := compiled(t, append(append(gorgonia.Nodes{a.GLoss}, a.Stats...), a.GGrads...)...)
		program.Run()
		if loss := program.Output(0).Data[0]; (loss > 0) != (form == nets.NonSaturating) || len(a.Stats) != 2 {
			t.Errorf("%s: loss %v", form, loss)
		}
		differences(t, gen.Params, gradientsOf(program, 3, len(a.GGrads)), func() float64 { program.Run(); return program.Output(0).Data[0] })
	}
}

// A generator in test mode with the statistics of one batch gives that batch's
// pictures, but for the variance's n−1.
func TestTestModeUsesTheRunningStatistics(t *testing.T) {
	gen, _ := players(t)
	const rows = 200
	be := kernels.NewReference[float64]()
	train, err := nets.NewConvPass(be, gen, rows, false)
	if err != nil {
		t.Fatal(err)
	}
	test, err := nets.NewConvPass(be, gen, rows, true)
	if err != nil || test.Noise != nil || test.Stats != nil {
		t.Fatalf("%v; noise %v", err, test.Noise)
	}
	fill(train.X, kernels.StreamZ)
	fill(test.X, kernels.StreamZ)
	program := compiled(t, append(gorgonia.Nodes{train.Out}, train.Stats...)...)
	program.Run()
	for range 200 { // decay 0.9: nothing of the zeros is left
		gen.Update([]kernels.Matrix[float64]{program.Output(1), program.Output(2)})
	}
	again := compiled(t, test.Out)
	again.Run()
	for i, want := range program.Output(0).Data {
		if got := again.Output(0).Data[i]; math.Abs(got-want) > 0.01 {
			t.Fatalf("element %d: %g in test mode, %g in training", i, got, want)
		}
	}
}

// The second order: the differences of ⟨Grads, Direction⟩, by the discriminator's
// weights and by its batch.
func TestACurveIsTheDifferencesOfTheGradient(t *testing.T) {
	_, disc := players(t)
	be := kernels.NewReference[float64]()
	critic, err := nets.NewConvCritic(be, disc, 6)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := nets.NewConvCurve(be, disc, 6)
	if err != nil {
		t.Fatal(err)
	}
	fill(critic.X, kernels.StreamReal)
	copy(curve.X.Data, critic.X.Data)
	for i := range critic.Noise {
		fill(critic.Noise[i], kernels.Stream(20+i))
		copy(curve.Noise[i].Data, critic.Noise[i].Data)
	}
	for i, d := range curve.Direction {
		fill(d, kernels.Stream(30+i))
	}
	first := compiled(t, critic.Grads...)
	second := compiled(t, append(gorgonia.Nodes{curve.Pull}, curve.Curve...)...)
	along := func() (s float64) {
		first.Run()
		for i, d := range curve.Direction {
			for j, v := range first.Output(i).Data {
				s += v * d.Data[j]
			}
		}
		return s
	}
	for _, sign := range []float64{-1, 1} {
		critic.Sign.Data[0], curve.Sign.Data[0] = sign, sign
		second.Run()
		differences(t, disc.Params, gradientsOf(second, 1, len(curve.Curve)), along)
		batch := &nets.Param[float64]{Name: "batch", Matrix: critic.X}
		differences(t, []*nets.Param[float64]{batch}, [][]float64{second.Output(0).Data}, along)
	}
}

func TestAGeneratorGoesBackFromAnyCost(t *testing.T) {
	gen, _ := players(t)
	b, err := nets.NewConvBack(kernels.NewReference[float64](), gen, 6)
	if err != nil {
		t.Fatal(err)
	}
	fill(b.X, kernels.StreamZ)
	fill(b.Cost, kernels.StreamReal)
	program := compiled(t, append(gorgonia.Nodes{b.Out}, b.Grads...)...)
	program.Run()
	differences(t, gen.Params, gradientsOf(program, 1, len(b.Grads)), func() (s float64) {
		program.Run()
		for i, v := range program.Output(0).Data {
			s += v * b.Cost.Data[i]
		}
		return s
	})
}
