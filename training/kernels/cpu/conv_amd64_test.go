//go:build !noasm

package cpu_test

import (
	"slices"
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
)

// Machines with and without AVX-512 share a numerics key.
func TestAConvolutionsBitsAreTheSameWithoutAVX512(t *testing.T) {
	const n = 9
	for _, c := range []kernels.Conv{
		{Channels: 3, Height: 7, Width: 6, Filters: 17, Size: 3, Pad: 1},
		{Channels: 21, Height: 12, Width: 12, Filters: 29, Size: 4, Pad: 1, Stride: 2},
		{Channels: 3, Height: 9, Width: 11, Filters: 350, Size: 3, Stride: 2},
		{Channels: 40, Height: 8, Width: 8, Filters: 7, Size: 4, Pad: 1, Stride: 2},
	} {
		all := [2][4]kernels.Matrix[float32]{}
		for i, be := range []kernels.Backend[float32]{cpu.New(), cpu.NewNarrow()} {
			x, g, w := random(n, c.In()), random(n, c.Out()), random(c.FanIn(), c.Filters)
			all[i] = [4]kernels.Matrix[float32]{random(n, c.Out()), random(n, c.In()), random(n, c.In()), random(c.FanIn(), c.Filters)}
			be.Conv(all[i][0], x, w, random(1, c.Filters), c)
			be.ConvTranspose(all[i][1], g, w, random(1, c.Channels), c)
			be.ConvGradInput(all[i][2], w, g, c)
			be.ConvGradWeight(all[i][3], x, g, c)
		}
		for k, what := range []string{"Conv", "ConvTranspose", "ConvGradInput", "ConvGradWeight"} {
			if !slices.Equal(all[0][k].Data, all[1][k].Data) {
				t.Errorf("%s %+v: other bits", what, c)
			}
		}
	}
}

func TestAConvolutionWhoseShapesDoNotAgreePanics(t *testing.T) {
	be := cpu.New()
	c := kernels.Conv{Channels: 2, Height: 6, Width: 6, Filters: 3, Size: 4, Pad: 1, Stride: 2}
	x, g, w := random(2, c.In()), random(2, c.Out()), random(c.FanIn(), c.Filters)
	short, lost := kernels.Matrix[float32]{Rows: 2, Cols: c.In(), Data: x.Data[:5]}, c
	lost.Size = 11
	for name, f := range map[string]func(){
		"image":    func() { be.Conv(g, short, w, random(1, 3), c) },
		"filters":  func() { be.Conv(g, x, short, random(1, 3), c) },
		"bias":     func() { be.Conv(g, x, w, random(1, 2), c) },
		"size":     func() { be.Conv(g, x, w, random(1, 3), lost) },
		"rows":     func() { be.ConvGradWeight(w, x, random(3, c.Out()), c) },
		"result":   func() { be.ConvTranspose(short, g, w, random(1, 2), c) },
		"channels": func() { be.ConvTranspose(x, g, w, random(1, 1), c) },
		"gradient": func() { be.ConvGradWeight(short, x, g, c) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
