package nets_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"sweep/training/kernels"
	"sweep/training/nets"
)

// halving and doubling are a discriminator's and a generator's step.
func halving(units int) nets.Layer {
	return nets.Layer{Kind: nets.ConvLayer, Units: units, Size: 4, Stride: 2, Pad: 1}
}

func doubling(units, pad int) nets.Layer {
	return nets.Layer{Kind: nets.TransposeLayer, Units: units, Size: 4, Stride: 2, Pad: pad}
}

var (
	norm = nets.Layer{Kind: nets.NormLayer}
	relu = nets.Layer{Kind: nets.CurveLayer, Activation: kernels.Activation{Curve: kernels.Rectified}}
)

func TestASampleIsFollowedThroughTheLayers(t *testing.T) {
	f := nets.ConvForm{In: nets.Flat(7), Layers: []nets.Layer{
		{Kind: nets.LinearLayer, Units: 45}, relu, norm, {Kind: nets.ReshapeLayer, Shape: nets.Volume{Channels: 5, Height: 3, Width: 3}},
		doubling(4, 0), norm, doubling(3, 1), {Kind: nets.NoiseLayer, Sigma: 1}, halving(6), {Kind: nets.SimilarLayer, Kernels: 10, Dims: 2},
		{Kind: nets.LinearLayer, Units: 1},
	}}
	laid, err := f.Lay("net")
	if err != nil {
		t.Fatal(err)
	}
	var shapes []nets.Volume
	var flops []int64
	for _, l := range laid {
		shapes, flops = append(shapes, l.Out), append(flops, l.Flops)
	}
	want := []nets.Volume{{45, 1, 1}, {45, 1, 1}, {45, 1, 1}, {5, 3, 3}, {4, 8, 8}, {4, 8, 8}, {3, 16, 16}, {3, 16, 16}, {6, 8, 8}, {394, 1, 1}, {1, 1, 1}}
	if !slices.Equal(shapes, want) {
		t.Errorf("shapes %v", shapes)
	}
	wantFlops := []int64{2 * 7 * 45, 0, 0, 0, 2 * 64 * 45, 0, 2 * 48 * 256, 0, 2 * 48 * 6 * 64, 2 * 384 * 20, 2 * 394}
	if !slices.Equal(flops, wantFlops) {
		t.Errorf("flops %v", flops)
	}
	tensors := laid[6].Tensors
	if len(tensors) != 2 || tensors[0] != (nets.Tensor{Name: "net.6.weight", Rows: 48, Cols: 4, Drawn: true}) || tensors[1] != (nets.Tensor{Name: "net.6.bias", Rows: 1, Cols: 3}) {
		t.Errorf("tensors %v", tensors)
	}
	if n, err := f.Parameters(); err != nil || n != 7*45+45+90+64*5+4+8+48*4+3+48*6+6+384*20+20+394+1 {
		t.Errorf("%d parameters, %v", n, err)
	}
}

func TestALayerThatDoesNotFitIsNamed(t *testing.T) {
	for want, layers := range map[string][]nets.Layer{
		"net.1, reshape: {2 2 2} holds 8 elements, not 9": {{Kind: nets.LinearLayer, Units: 9}, {Kind: nets.ReshapeLayer, Shape: nets.Volume{Channels: 2, Height: 2, Width: 2}}},
		"net.0, convolution: filters of 4 do not fit":     {{Kind: nets.ConvLayer, Units: 3, Size: 4}},
		"net.0, transposed: nothing is left":              {{Kind: nets.TransposeLayer, Units: 3, Size: 4, Stride: 2, Pad: 2}},
		"net.0, pooling: no such kind":                    {{Kind: "pooling"}},
	} {
		f := nets.ConvForm{In: nets.Flat(5), Layers: layers}
		if _, err := nets.NewConvNet[float32]("net", f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
		if _, err := f.Out(); err == nil {
			t.Errorf("%s has a result", want)
		}
	}
}

func TestWeightsAreDrawnByFanIn(t *testing.T) {
	f := nets.ConvForm{In: nets.Flat(50), Layers: []nets.Layer{
		{Kind: nets.LinearLayer, Units: 400}, norm, {Kind: nets.ReshapeLayer, Shape: nets.Volume{Channels: 100, Height: 2, Width: 2}}, doubling(20, 0), halving(64),
	}}
	n, err := nets.NewConvNet[float32]("net", f)
	if err != nil {
		t.Fatal(err)
	}
	n.Initialise(kernels.NewReference[float32](), nets.HeNormal(0.5), kernels.NewKey(1), kernels.StreamInitG)
	for i, want := range map[int]float64{0: 50, 4: 20 * 16, 6: 20 * 16} { // the weights among the parameters, by fan-in
		p := n.Params[i]
		var squares float64
		for _, v := range p.Data {
			squares += float64(v) * float64(v)
		}
		deviation := math.Sqrt(squares / float64(len(p.Data)))
		if wanted := 0.5 * math.Sqrt(2/want); p.Rows != int(want) || math.Abs(deviation/wanted-1) > 0.02 {
			t.Errorf("%s: fan-in %d, deviation %g, expected %g", p.Name, p.Rows, deviation, wanted)
		}
	}
	if g, b := n.Params[2], n.Params[3]; g.Data[399] != 1 || b.Data[399] != 0 || g.Name != "net.1.gamma" {
		t.Errorf("%s is %v", g.Name, g.Data[399])
	}
	if len(n.Running) != 1 || n.Running[0].Name != "net.1.running" || n.Out() != (nets.Volume{64, 3, 3}) {
		t.Errorf("%d running statistics, out %v", len(n.Running), n.Out())
	}
}
