package nets_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
)

// classifierForms are small classifiers of every kind.
func classifierForms() map[string]nets.ClassifierForm {
	source := nets.ClassifierForm{In: 6, Hidden: []int{5, 4}, Classes: 3, Activation: kernels.Activation{Curve: kernels.Softplus}, InputNoise: 0.3, LayerNoise: 0.5}
	all := map[string]nets.ClassifierForm{"source": source}
	md := source
	md.Similar, md.SimilarDims = 3, 2
	all["minibatch discrimination"] = md
	wn := source
	wn.WeightNorm = true
	all["weight normalisation"] = wn
	both := md
	both.WeightNorm = true
	all["both"] = both
	improved := wn
	improved.FixedScales, improved.NoiseAfter = true, true
	improved.Activation = kernels.Activation{Curve: kernels.Rectified}
	all["improved-gan"] = improved
	return all
}

var ssBatches = nets.Batches{Labelled: 3, Unlabelled: 4, Fake: 5}

// draw fills matrices with normals.
func draw(be kernels.Backend[float64], stream kernels.Stream, all ...matrix) {
	for i, m := range all {
		be.Normals(m.Data, kernels.NewKey(5), kernels.Counter{Stream: stream, Inner: uint32(i)})
	}
}

// newClassifier has biases and scales away from where they begin.
func newClassifier(be kernels.Backend[float64], f nets.ClassifierForm) *nets.Classifier[float64] {
	c := nets.NewClassifier[float64]("d", f)
	c.Initialise(be, nets.GlorotNormal, kernels.NewKey(3), kernels.StreamInitD)
	for i, p := range slices.Concat(c.Params, c.Fixed) {
		if p.Rows == 1 {
			draw(be, kernels.Stream(100+i), p.Matrix)
			for j := range p.Data {
				p.Data[j] = 1 + 0.2*p.Data[j]
			}
		}
	}
	return c
}

func newSemiSupervised(t *testing.T, f nets.ClassifierForm, b nets.Batches) (*nets.SemiSupervised[float64], *nets.Classifier[float64], kernels.Backend[float64]) {
	t.Helper()
	be := kernels.NewReference[float64]()
	c := newClassifier(be, f)
	d, err := nets.NewSemiSupervised(be, c, b, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	draw(be, 50, append([]matrix{d.X}, d.Noise...)...)
	for i := range d.Labels.Rows {
		d.Labels.Data[i*d.Labels.Cols+i%d.Labels.Cols] = 1
	}
	return d, c, be
}

func matrices(params []*nets.Param[float64]) (out []matrix) {
	for _, p := range params {
		out = append(out, p.Matrix)
	}
	return out
}

func TestTheSemiSupervisedLossesGradientsAreFiniteDifferences(t *testing.T) {
	for name, f := range classifierForms() {
		for _, b := range []nets.Batches{ssBatches, {Labelled: 4}} {
			t.Run(fmt.Sprintf("%s %v", name, b), func(t *testing.T) {
				d, c, be := newSemiSupervised(t, f, b)
				grads := compile(t, be, d.DGrads...)
				grads.Run()
				compare(t, first(compile(t, be, d.DLoss)), outputs(grads, len(d.DGrads)), matrices(c.Params))
			})
		}
	}
}

// TestTheSemiSupervisedLossIsTheSourcesFormula computes it from the logits of
// passes in test mode (experiments.md §1.0).
func TestTheSemiSupervisedLossIsTheSourcesFormula(t *testing.T) {
	f := classifierForms()["source"]
	f.InputNoise, f.LayerNoise = 0, 0
	d, c, be := newSemiSupervised(t, f, ssBatches)
	pass, err := nets.NewClassifierPass(be, c, d.X.Rows)
	if err != nil {
		t.Fatal(err)
	}
	copy(pass.X.Data, d.X.Data)
	logits := compile(t, be, pass.Logits)
	logits.Run()
	var ce, real, fake, dReal, dFake float64
	for i := range d.X.Rows {
		l := logits.Output(0).Data[3*i:][:3]
		z := math.Exp(l[0]) + math.Exp(l[1]) + math.Exp(l[2])
		switch {
		case i < 3:
			ce -= math.Log(math.Exp(l[i%3])/z) / 3
		case i < 7:
			real, dReal = real-math.Log(z/(z+1))/4, dReal+z/(z+1)/4
		default:
			fake, dFake = fake-math.Log(1/(z+1))/5, dFake+z/(z+1)/5
		}
	}
	got := compile(t, be, d.DLoss, d.DLabelled, d.DReal, d.DFake)
	got.Run()
	for i, want := range []float64{ce + 0.7*(real+fake), ce, dReal, dFake} {
		if v := got.Output(i).Data[0]; math.Abs(v-want) > 1e-12 {
			t.Errorf("output %d is %v, want %v", i, v, want)
		}
	}
}

var steps = map[string]nets.GeneratorStep{
	"non-saturating":       {Loss: nets.NonSaturating},
	"minimax":              {Loss: nets.Minimax},
	"elements":             {Loss: nets.NonSaturating, Match: nets.MatchElements, Images: 5},
	"elements of another":  {Loss: nets.Minimax, Match: nets.MatchElements, Images: 3},
	"means":                {Loss: nets.NonSaturating, Match: nets.MatchMeans},
	"feature matching":     {Loss: nets.NonSaturating, Match: nets.MatchMeans, MatchOnly: true},
	"elements alone, five": {Loss: nets.NonSaturating, Match: nets.MatchElements, Images: 5, MatchOnly: true},
}

func newAdversary(t *testing.T, f nets.ClassifierForm, step nets.GeneratorStep, improved bool) (*nets.Adversary[float64], *nets.ImageGenerator[float64], kernels.Backend[float64]) {
	t.Helper()
	be := kernels.NewReference[float64]()
	g := nets.NewImageGenerator[float64]("g", nets.ImageGeneratorForm{Z: 3, Width: 4, Out: f.In, Improved: improved})
	g.Initialise(be, kernels.NewKey(8), kernels.StreamInitG)
	for i, p := range g.Params {
		if p.Rows == 1 {
			draw(be, kernels.Stream(200+i), p.Matrix)
		}
	}
	step.Batch = 5
	a, err := nets.NewAdversary(be, g, newClassifier(be, f), step)
	if err != nil {
		t.Fatal(err)
	}
	draw(be, 60, slices.Concat([]matrix{a.Z, a.Real, a.Features, a.ZMatch}, a.Noise, a.RealNoise, a.MatchNoise)...)
	return a, g, be
}

func TestTheGeneratorsStepsGradientsAreFiniteDifferences(t *testing.T) {
	for form, f := range classifierForms() {
		for name, step := range steps {
			for _, improved := range []bool{false, true} {
				if improved != (form == "improved-gan") && name != "minimax" {
					continue
				}
				t.Run(fmt.Sprintf("%s, %s, %t", form, name, improved), func(t *testing.T) {
					a, g, be := newAdversary(t, f, step, improved)
					grads := compile(t, be, a.GGrads...)
					grads.Run()
					params := matrices(g.Params)
					got := outputs(grads, len(params))
					if !improved { // what batch normalisation takes out again: gradients of rounding size
						for _, i := range []int{1, 5} {
							clearSmall(t, got[i])
						}
					}
					compare(t, first(compile(t, be, a.GLoss)), got, params)
				})
			}
		}
	}
}

// clearSmall expects the gradient of a bias before batch normalisation to
// vanish.
func clearSmall(t *testing.T, m matrix) {
	t.Helper()
	for _, v := range m.Data {
		if math.Abs(v) > 1e-10 {
			t.Errorf("a bias before batch normalisation has the gradient %v", v)
		}
	}
}

// TestTheTapeMachineComputesTheSameGraphs holds the lowered programs against
// gorgonia's own machine, byte for byte.
func TestTheTapeMachineComputesTheSameGraphs(t *testing.T) {
	for name, f := range classifierForms() {
		t.Run(name, func(t *testing.T) {
			d, _, be := newSemiSupervised(t, f, ssBatches)
			sameOnTheTapeMachine(t, be, append(gorgonia.Nodes{d.DLoss, d.DLabelled, d.DReal, d.DFake, d.Features}, d.DGrads...))
			a, _, be := newAdversary(t, f, steps["means"], name == "improved-gan")
			sameOnTheTapeMachine(t, be, append(gorgonia.Nodes{a.GLoss}, a.GGrads...))
		})
	}
}

func sameOnTheTapeMachine(t *testing.T, be kernels.Backend[float64], outs gorgonia.Nodes) {
	t.Helper()
	p := compile(t, be, outs...)
	vm := gorgonia.NewTapeMachine(outs[0].Graph())
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	p.Run()
	for i, out := range outs {
		want, err := nets.View[float64](out.Value())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.Output(i).Data, want.Data) {
			t.Errorf("output %d, %v: program and TapeMachine differ", i, out)
		}
	}
}

// TestTheNetworksHaveTheSourcesSizes: experiments.md §1.2.
func TestTheNetworksHaveTheSourcesSizes(t *testing.T) {
	f := nets.ClassifierForm{In: 784, Hidden: []int{1000, 500, 250}, Classes: 10}
	be := kernels.NewReference[float32]()
	d := nets.NewClassifier[float32]("d", f)
	d.Initialise(be, nets.GlorotNormal, kernels.NewKey(1), kernels.StreamInitD)
	g := nets.NewImageGenerator[float32]("g", nets.ImageGeneratorForm{Z: 50, Width: 500, Out: 784})
	g.Initialise(be, kernels.NewKey(1), kernels.StreamInitG)
	count := func(params []*nets.Param[float32]) (n int, deviations []float64) {
		for _, p := range params {
			n += len(p.Data)
			var squares float64
			for _, v := range p.Data {
				squares += float64(v) * float64(v)
			}
			if p.Rows > 1 {
				deviations = append(deviations, math.Sqrt(squares/float64(len(p.Data))))
			}
		}
		return n, deviations
	}
	for _, c := range []struct {
		params []*nets.Param[float32]
		n      int
		sd     []float64
	}{{d.Params, 1413260, []float64{0.0335, 0.0365, 0.0516, 0.0877}}, {g.Params, 670784, []float64{0.0603, 0.0447, 0.0395}}} {
		n, sd := count(c.params)
		if n != c.n || len(sd) != len(c.sd) {
			t.Fatalf("%d parameters with deviations %v", n, sd)
		}
		for i, want := range c.sd {
			if math.Abs(sd[i]-want) > 0.05*want {
				t.Errorf("layer %d has standard deviation %v, want %v", i, sd[i], want)
			}
		}
	}
}

// TestWeightNormalisationBeginsWithUnitSums: on the first batch every unit's
// sums have mean 0 and variance 1, layer by layer, noise included.
func TestWeightNormalisationBeginsWithUnitSums(t *testing.T) {
	for _, name := range []string{"weight normalisation", "both", "improved-gan"} {
		f := classifierForms()[name]
		be := kernels.NewReference[float64]()
		c := nets.NewClassifier[float64]("d", f)
		c.Initialise(be, nets.GlorotNormal, kernels.NewKey(3), kernels.StreamInitD)
		d, err := nets.NewSemiSupervised(be, c, nets.Batches{Labelled: 40}, 1)
		if err != nil {
			t.Fatal(err)
		}
		draw(be, 70, append([]matrix{d.X}, d.Noise...)...)
		before := slices.Clone(c.Params[0].Data)
		if err := c.InitFrom(be, d.X, d.Noise); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(before, c.Params[0].Data) {
			t.Errorf("%s: the directions were changed", name)
		}
		// The logits are the last layer's sums.
		pass := logitsOf(t, be, d)
		for j := range f.Classes {
			var sum, squares float64
			for i := range 40 {
				v := pass.Data[i*f.Classes+j]
				sum, squares = sum+v/40, squares+v*v/40
			}
			if math.Abs(sum) > 1e-9 || math.Abs(squares-1) > 1e-9 {
				t.Errorf("%s: unit %d has mean %v and second moment %v", name, j, sum, squares)
			}
		}
	}
}

// logitsOf are those of a training pass: the cross-entropy's first input.
func logitsOf(t *testing.T, be kernels.Backend[float64], d *nets.SemiSupervised[float64]) matrix {
	t.Helper()
	p := compile(t, be, nets.Children(d.DLabelled)[0])
	p.Run()
	return p.Output(0)
}
