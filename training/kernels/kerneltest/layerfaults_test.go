package kerneltest_test

import (
	"strings"
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/kerneltest"
)

// The backends below are the reference with one fault each.

type activation = kernels.Activation

type forgetsNoise struct{ reference }

func (b *forgetsNoise) Activate(out, x, _ matrix, sigma float32, f activation) {
	b.reference.Activate(out, x, matrix{}, sigma, f)
}

type noiseBehind struct{ reference }

func (b *noiseBehind) Layer(out, x, w, bias, noise matrix, sigma float32, f activation) {
	b.reference.Layer(out, x, w, bias, matrix{}, 0, f)
	b.reference.Activate(out, out, noise, sigma, activation{})
}

type steep struct{ reference }

func (b *steep) ActivateGrad(out, y, g matrix, f activation) {
	b.reference.ActivateGrad(out, y, g, f)
	if f.Curve == kernels.Tanh {
		b.reference.Scale(out, out, 1.001)
	}
}

type biased struct{ reference }

func (b *biased) BatchStats(out, x matrix, eps float32) {
	b.reference.BatchStats(out, x, eps)
	copy(out.Data[2*x.Cols:], out.Data[x.Cols:2*x.Cols])
}

type addsNoEpsilon struct{ reference }

func (b *addsNoEpsilon) FixedStats(out, running matrix, _ float32) {
	b.reference.FixedStats(out, running, 0)
}

type fixedStatistics struct{ reference }

func (b *fixedStatistics) BatchNormGrad(out, g, x, stats, gamma, _ matrix) {
	b.reference.BatchNormGrad(out, g, x, stats, gamma, kernels.NewMatrix[float32](2, x.Cols))
}

type countsItself struct{ reference }

func (b *countsItself) Similar(out, m matrix) {
	b.reference.Similar(out, m)
	for i := range out.Data {
		out.Data[i]++
	}
}

type overflows struct{ reference }

func (b *overflows) LogSumExp(out, l matrix) {
	b.reference.LogSumExp(out, l)
	for i := range out.Data {
		if out.Data[i] > 88 {
			out.Data[i] *= 2
		}
	}
}

type clearsTheRest struct{ reference }

func (b *clearsTheRest) Put(out, x matrix, row, col int) {
	b.reference.Fill(out, 0)
	b.reference.Put(out, x, row, col)
}

type flipsFilters struct{ reference }

func (b *flipsFilters) ConvGradInput(out, w, g matrix, c kernels.Conv) {
	b.reference.ConvGradInput(out, w, g, c)
	out.Data[0], out.Data[len(out.Data)-1] = out.Data[len(out.Data)-1], out.Data[0]
}

type forgetsStride struct{ reference }

func (b *forgetsStride) ConvTranspose(out, x, w, bias matrix, c kernels.Conv) {
	b.reference.ConvTranspose(out, x, w, bias, c)
	if c.Step() == 2 {
		out.Data[1], out.Data[2] = out.Data[2], out.Data[1]
	}
}

type countsImages struct{ reference }

func (b *countsImages) Conv(out, x, w, bias matrix, c kernels.Conv) {
	b.reference.Conv(out, x, w, bias, c)
	b.reference.Scale(out, out, 1+float32(x.Rows)*1e-6)
}

type channelOrder struct{ reference }

func (b *channelOrder) ChannelSum(out, x matrix) {
	b.reference.ChannelSum(out, x)
	out.Data[0], out.Data[len(out.Data)-1] = out.Data[len(out.Data)-1], out.Data[0]
}

type lastLargest struct{ reference }

func (b *lastLargest) MaxPoolGrad(out, x, g matrix, p kernels.Pool) {
	b.reference.MaxPoolGrad(out, x, g, p)
	out.Data[0], out.Data[1] = out.Data[1], out.Data[0]
}

func TestEveryFaultOfALayerIsFound(t *testing.T) {
	for _, c := range []struct {
		be         kernels.Backend[float32]
		test, want string
	}{
		{&forgetsNoise{}, "activations", "with noise"},
		{&noiseBehind{}, "layers", "Layer"},
		{&steep{}, "layer gradients", "Activate: the gradient"},
		{&biased{}, "normalisation", "BatchStats"},
		{&addsNoEpsilon{}, "normalisation", "FixedStats"},
		{&fixedStatistics{}, "layer gradients", "BatchNorm by x"},
		{&countsItself{}, "similarity", "Similar"},
		{&overflows{}, "logits", "LogSumExp"},
		{&clearsTheRest{}, "blocks", "Put"},
		{&flipsFilters{}, "layer gradients", "Conv by x"},
		{&forgetsStride{}, "convolutions", "ConvTranspose"},
		{&countsImages{}, "parts", "alone"},
		{&channelOrder{}, "channels", "ChannelSum"},
		{&lastLargest{}, "pools", "MaxPoolGrad"},
	} {
		found := kerneltest.Faults(c.be, c.test)
		if !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%T: nothing about %q among %d reports %.300q", c.be, c.want, len(found), found)
		}
	}
}
