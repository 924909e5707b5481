package nets_test

import (
	"fmt"
	"math"
	"testing"

	"sweep/training/kernels"
	"sweep/training/nets"
)

// convs are strides 1 and 2 with odd and even sizes, places that fall out at the
// right and below, and sides that are not alike.
func convs() []kernels.Conv {
	return []kernels.Conv{
		{Channels: 2, Height: 5, Width: 4, Filters: 3, Size: 3}, {Channels: 2, Height: 5, Width: 4, Filters: 3, Size: 3, Pad: 1, Stride: 1},
		{Channels: 2, Height: 6, Width: 8, Filters: 3, Size: 4, Pad: 1, Stride: 2}, {Channels: 2, Height: 6, Width: 4, Filters: 3, Size: 4, Stride: 2},
		{Channels: 2, Height: 5, Width: 6, Filters: 2, Size: 3, Pad: 1, Stride: 2}, {Channels: 1, Height: 7, Width: 6, Filters: 2, Size: 5, Pad: 2, Stride: 2},
	}
}

func TestConvolutionsGradientsOfBothOrdersAreFiniteDifferences(t *testing.T) {
	for _, c := range convs() {
		for form, build := range map[string]func(r *rig) (node, error){
			"convolution": func(r *rig) (node, error) {
				return r.ops.Conv(r.input(2, c.In()), r.input(c.FanIn(), c.Filters), r.input(1, c.Filters), c)
			},
			"transposed": func(r *rig) (node, error) {
				return r.ops.ConvTranspose(r.input(2, c.Out()), r.input(c.FanIn(), c.Filters), r.input(1, c.Channels), c)
			},
		} {
			t.Run(fmt.Sprintf("%s %+v", form, c), func(t *testing.T) {
				r := newRig(t)
				r.check(r.scalar(r.must(build(r))))
			})
		}
	}
}

func TestChannelOperationsGradientsOfBothOrdersAreFiniteDifferences(t *testing.T) {
	for name, build := range map[string]func(r *rig) (node, error){
		"sum":       func(r *rig) (node, error) { return r.ops.ChannelSum(r.input(3, 8), 2) },
		"broadcast": func(r *rig) (node, error) { return r.ops.ChannelBroadcast(r.input(1, 3), 2, 4) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.check(r.scalar(r.must(build(r))))
		})
	}
	for name, f := range curves {
		t.Run("batch normalisation, "+name, func(t *testing.T) {
			r := newRig(t)
			y, _, err := r.ops.BatchNormChannels(r.input(3, 8), r.input(1, 2), r.input(1, 2), 2, f)
			r.check(r.scalar(r.must(y, err)))
		})
	}
}

// TestATransposedConvolutionIsTheAdjoint holds ⟨Conv(x), y⟩ = ⟨x, ConvTranspose(y)⟩
// where there are no biases.
func TestATransposedConvolutionIsTheAdjoint(t *testing.T) {
	for _, c := range convs() {
		r := newRig(t)
		x, y, w := r.input(2, c.In()), r.input(2, c.Out()), r.input(c.FanIn(), c.Filters)
		zero, _ := nets.Input[float64](r.graph, "no bias", 1, c.Filters)
		none, _ := nets.Input[float64](r.graph, "no bias there", 1, c.Channels)
		there, back := r.must(r.ops.Conv(x, w, zero, c)), r.must(r.ops.ConvTranspose(y, w, none, c))
		p := compile(t, r.ops.Backend, r.must(r.ops.Dot(there, y)), r.must(r.ops.Dot(x, back)))
		p.Run()
		if a, b := p.Output(0).Data[0], p.Output(1).Data[0]; math.Abs(a-b) > 1e-10 {
			t.Errorf("%+v: %v one way, %v the other", c, a, b)
		}
	}
}

// TestChannelsAreColumnsOfAllPlaces holds batch normalisation by channel against
// the one by column, of a matrix whose rows are the places.
func TestChannelsAreColumnsOfAllPlaces(t *testing.T) {
	const n, channels, places = 3, 2, 5
	r := newRig(t)
	x, gamma, beta := r.input(n, channels*places), r.input(1, channels), r.input(1, channels)
	turned, m := nets.Input[float64](r.graph, "turned", n*places, channels)
	at := func(i int) int { return (i/(channels*places)*places+i%places)*channels + i/places%channels }
	for i, v := range r.inputs[0].Data {
		m.Data[at(i)] = v
	}
	state, running := nets.Input[float64](r.graph, "running", 2, channels)
	copy(running.Data, []float64{0.3, -0.2, 1.5, 0.7})
	elu := kernels.Activation{Curve: kernels.ELU}
	y, stats, err := r.ops.BatchNormChannels(x, gamma, beta, channels, elu)
	r.must(y, err)
	plain, own, err := r.ops.BatchNorm(turned, gamma, beta, false)
	want := r.must(r.ops.Activate(r.must(plain, err), nil, 0, elu))
	test := r.must(r.ops.BatchNormChannelsTest(x, state, gamma, beta, channels, elu))
	plainTest := r.must(r.ops.BatchNormTest(turned, state, gamma, beta, false))
	wantTest := r.must(r.ops.Activate(plainTest, nil, 0, elu))
	p := compile(t, r.ops.Backend, y, want, test, wantTest, stats, own)
	p.Run()
	for pair := range 2 {
		for i, got := range p.Output(2 * pair).Data {
			if want := p.Output(2*pair + 1).Data[at(i)]; math.Abs(got-want) > 1e-12 {
				t.Errorf("form %d, element %d is %v, by column %v", pair, i, got, want)
			}
		}
	}
	for i, got := range p.Output(4).Data {
		if want := p.Output(5).Data[i]; math.Abs(got-want) > 1e-12 {
			t.Errorf("statistic %d is %v, by column %v", i, got, want)
		}
	}
}

func TestConvolutionsThatDoNotFitAreErrors(t *testing.T) {
	c := kernels.Conv{Channels: 2, Height: 6, Width: 6, Filters: 3, Size: 4, Pad: 1, Stride: 2}
	r := newRig(t)
	x, y, w := r.input(2, c.In()), r.input(2, c.Out()), r.input(c.FanIn(), c.Filters)
	filters, channels := r.input(1, c.Filters), r.input(1, c.Channels)
	far, lost := c, c
	far.Stride, lost.Size = 3, 9
	for name, build := range map[string]func() (node, error){
		"image":            func() (node, error) { return r.ops.Conv(y, w, filters, c) },
		"bias":             func() (node, error) { return r.ops.Conv(x, w, channels, c) },
		"stride":           func() (node, error) { return r.ops.Conv(x, w, filters, far) },
		"size":             func() (node, error) { return r.ops.Conv(x, w, filters, lost) },
		"transposed image": func() (node, error) { return r.ops.ConvTranspose(x, w, channels, c) },
		"transposed bias":  func() (node, error) { return r.ops.ConvTranspose(y, w, filters, c) },
		"channels":         func() (node, error) { return r.ops.ChannelSum(x, 5) },
		"normalised channels": func() (node, error) {
			y, _, err := r.ops.BatchNormChannels(x, filters, channels, 2, kernels.Activation{})
			return y, err
		},
		"running channels": func() (node, error) {
			return r.ops.BatchNormChannelsTest(x, channels, channels, filters, 2, kernels.Activation{})
		},
	} {
		if n, err := build(); err == nil {
			t.Errorf("%s: no error, but %v", name, n)
		}
	}
}
