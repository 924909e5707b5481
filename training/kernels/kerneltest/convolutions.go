package kerneltest

import (
	"fmt"

	"sweep/training/kernels"
)

// convs are strides, sizes and paddings; few places and many, none of them a
// multiple of a register, more elements and filters than one cut takes, and the
// source's own form (experiments.md §1.3).
func convs() []kernels.Conv {
	return []kernels.Conv{
		{Channels: 1, Height: 3, Width: 3, Filters: 1, Size: 3}, {Channels: 1, Height: 1, Width: 2, Filters: 3, Size: 3, Pad: 1},
		{Channels: 3, Height: 7, Width: 6, Filters: 5, Size: 3, Pad: 1}, {Channels: 2, Height: 9, Width: 8, Filters: 17, Size: 5},
		{Channels: 2, Height: 6, Width: 7, Filters: 4, Size: 4, Pad: 2, Stride: 1},
		{Channels: 1, Height: 4, Width: 4, Filters: 1, Size: 4, Stride: 2}, {Channels: 3, Height: 12, Width: 12, Filters: 7, Size: 4, Pad: 1, Stride: 2},
		{Channels: 5, Height: 9, Width: 7, Filters: 13, Size: 3, Pad: 1, Stride: 2}, {Channels: 2, Height: 8, Width: 11, Filters: 6, Size: 5, Pad: 2, Stride: 2},
		{Channels: 2, Height: 9, Width: 10, Filters: 3, Size: 3, Stride: 2}, {Channels: 21, Height: 6, Width: 6, Filters: 8, Size: 4, Pad: 1, Stride: 2},
		{Channels: 1, Height: 40, Width: 36, Filters: 2, Size: 4, Pad: 1, Stride: 2}, {Channels: 2, Height: 4, Width: 6, Filters: 350, Size: 4, Pad: 1, Stride: 2},
		{Channels: 3, Height: 10, Width: 7, Filters: 4, Size: 3, Pad: 1, Stride: 3},
	}
}

// convolutions are bounded by the number of terms of a sum times the largest
// term that it could have.
func convolutions() (calls []call) {
	for _, c := range convs() {
		calls = append(calls, convCalls(3, c)...)
	}
	many := kernels.Conv{Channels: 2, Height: 6, Width: 6, Filters: 9, Size: 4, Pad: 1, Stride: 2}
	return append(calls, convCalls(40, many)...)
}

func convCalls(n int, c kernels.Conv) []call {
	x, w, b, g, back := draw(n*c.In(), 1), draw(c.FanIn()*c.Filters, 2), draw(c.Filters, 3), draw(n*c.Out(), 4), draw(c.Channels, 5)
	within := func(terms int, a, b []float32) func(int, int, float64) float64 {
		bound := 2 * float64(terms+1) * unit * float64(terms) * largest(a) * largest(b)
		return func(int, int, float64) float64 { return bound }
	}
	one := []float32{1}
	image := func(x []float32) matrix { return view(n, c.In(), x) }
	answers := func(x []float32) matrix { return view(n, c.Out(), x) }
	filters := func(x []float32) matrix { return view(c.FanIn(), c.Filters, x) }
	row := func(x []float32) matrix { return view(1, len(x), x) }
	spread := c.Filters * c.Size * c.Size
	return []call{
		{name: fmt.Sprintf("Conv %+v", c), in: [][]float32{x, w, b}, out: [][]float32{draw(n*c.Out(), 5)}, bound: within(c.FanIn()+1, x, w),
			do: func(be backend, xs, out [][]float32) {
				be.Conv(answers(out[0]), image(xs[0]), filters(xs[1]), row(xs[2]), c)
			}},
		{name: fmt.Sprintf("Conv without bias %+v", c), in: [][]float32{x, w}, out: [][]float32{draw(n*c.Out(), 5)}, bound: within(c.FanIn(), x, w),
			do: func(be backend, xs, out [][]float32) {
				be.Conv(answers(out[0]), image(xs[0]), filters(xs[1]), matrix{}, c)
			}},
		{name: fmt.Sprintf("ConvTranspose %+v", c), in: [][]float32{g, w, back}, out: [][]float32{draw(n*c.In(), 5)}, bound: within(spread+1, w, g),
			do: func(be backend, xs, out [][]float32) {
				be.ConvTranspose(image(out[0]), answers(xs[0]), filters(xs[1]), row(xs[2]), c)
			}},
		{name: fmt.Sprintf("ConvGradInput %+v", c), in: [][]float32{w, g}, out: [][]float32{draw(n*c.In(), 5)}, bound: within(spread, w, g),
			do: func(be backend, xs, out [][]float32) {
				be.ConvGradInput(image(out[0]), filters(xs[0]), answers(xs[1]), c)
			}},
		{name: fmt.Sprintf("ConvGradWeight %+v", c), in: [][]float32{x, g}, out: [][]float32{draw(len(w), 5)}, bound: within(n*c.Places(), x, g),
			do: func(be backend, xs, out [][]float32) {
				be.ConvGradWeight(filters(out[0]), image(xs[0]), answers(xs[1]), c)
			}},
		{name: fmt.Sprintf("ConvGradBias %+v", c), in: [][]float32{g}, out: [][]float32{draw(c.Filters, 5)}, bound: within(n*c.Places(), g, one),
			do: func(be backend, xs, out [][]float32) { be.ConvGradBias(row(out[0]), answers(xs[0]), c) }},
	}
}

// convParts computes images alone: their neighbours must not change a bit.
func convParts(t reporter, be backend) {
	const n = 9
	for _, c := range convs() {
		x, w, g := draw(n*c.In(), 1), view(c.FanIn(), c.Filters, draw(c.FanIn()*c.Filters, 2)), draw(n*c.Out(), 4)
		bias, back := view(1, c.Filters, draw(c.Filters, 3)), view(1, c.Channels, draw(c.Channels, 5))
		y, z := make([]float32, n*c.Out()), make([]float32, n*c.In())
		be.Conv(view(n, c.Out(), y), view(n, c.In(), x), w, bias, c)
		be.ConvTranspose(view(n, c.In(), z), view(n, c.Out(), g), w, back, c)
		for _, i := range []int{0, 3, n - 1} {
			one, other := make([]float32, c.Out()), make([]float32, c.In())
			be.Conv(view(1, c.Out(), one), view(1, c.In(), x[i*c.In():][:c.In()]), w, bias, c)
			be.ConvTranspose(view(1, c.In(), other), view(1, c.Out(), g[i*c.Out():][:c.Out()]), w, back, c)
			if err := sameBytes([][]float32{one, other}, [][]float32{y[i*c.Out():][:c.Out()], z[i*c.In():][:c.In()]}); err != nil {
				t.Errorf("Conv and ConvTranspose %+v: image %d alone: %v", c, i, err)
			}
		}
	}
}
