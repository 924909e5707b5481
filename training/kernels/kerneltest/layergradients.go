package kerneltest

import "sweep/training/kernels"

// layerGradients holds the derivatives of what layers are made of against
// finite differences of the reference in float64.
func layerGradients(t reporter, be backend) {
	for _, f := range allActivations() {
		activationGradient(t, be, f)
	}
	batchNormGradient(t, be)
	similarGradient(t, be)
	channelNormGradient(t, be)
	for _, c := range []kernels.Conv{{Channels: 2, Height: 5, Width: 4, Filters: 3, Size: 3, Pad: 1},
		{Channels: 2, Height: 6, Width: 8, Filters: 3, Size: 4, Pad: 1, Stride: 2}, {Channels: 2, Height: 5, Width: 6, Filters: 3, Size: 3, Stride: 2}} {
		convGradient(t, be, c)
		transposeGradient(t, be, c)
	}
}

func activationGradient(t reporter, be backend, f kernels.Activation) {
	x, r := operand(3, 7, 1), operand(3, 7, 2)
	high, y := kernels.NewReference[float64](), kernels.NewMatrix[float64](3, 7)
	loss := func() float64 {
		high.Activate(y, x.high, kernels.Matrix[float64]{}, 0, f)
		return dot(y, r.high)
	}
	out, dx := kernels.NewMatrix[float32](3, 7), kernels.NewMatrix[float32](3, 7)
	be.Activate(out, x.low, matrix{}, 0, f)
	be.ActivateGrad(dx, out, r.low, f)
	differences(t, "Activate", x.high, loss, dx.Data)
}

func batchNormGradient(t reporter, be backend) {
	const n, cols, eps = 7, 9, 2e-5
	x, gamma, beta, r := operand(n, cols, 1), operand(1, cols, 2), operand(1, cols, 3), operand(n, cols, 4)
	high, y := kernels.NewReference[float64](), kernels.NewMatrix[float64](n, cols)
	highStats := kernels.NewMatrix[float64](kernels.StatRows, cols)
	loss := func() float64 {
		high.BatchStats(highStats, x.high, eps)
		high.BatchNorm(y, x.high, highStats, gamma.high, beta.high, false)
		return dot(y, r.high)
	}
	stats, sums, dx := kernels.NewMatrix[float32](kernels.StatRows, cols), kernels.NewMatrix[float32](2, cols), kernels.NewMatrix[float32](n, cols)
	be.BatchStats(stats, x.low, eps)
	be.BatchNormSums(sums, r.low, x.low, stats)
	be.BatchNormGrad(dx, r.low, x.low, stats, gamma.low, sums)
	differences(t, "BatchNorm by x", x.high, loss, dx.Data)
	differences(t, "BatchNorm by gamma", gamma.high, loss, sums.Data[:cols])
	differences(t, "BatchNorm by beta", beta.high, loss, sums.Data[cols:])
}

func similarGradient(t reporter, be backend) {
	const n, count, dims = 5, 11, 3
	m, r := operand(n, count*dims, 1), operand(n, count, 2)
	high, o := kernels.NewReference[float64](), kernels.NewMatrix[float64](n, count)
	loss := func() float64 {
		high.Similar(o, m.high)
		return dot(o, r.high)
	}
	dm := kernels.NewMatrix[float32](n, count*dims)
	be.SimilarGrad(dm, m.low, r.low)
	differences(t, "Similar", m.high, loss, dm.Data)
}

func convGradient(t reporter, be backend, c kernels.Conv) {
	x, w, b, r := operand(2, c.In(), 1), operand(c.FanIn(), c.Filters, 2), operand(1, c.Filters, 3), operand(2, c.Out(), 4)
	high, y := kernels.NewReference[float64](), kernels.NewMatrix[float64](2, c.Out())
	loss := func() float64 {
		high.Conv(y, x.high, w.high, b.high, c)
		return dot(y, r.high)
	}
	dx, dw, db := kernels.NewMatrix[float32](2, c.In()), kernels.NewMatrix[float32](c.FanIn(), c.Filters), kernels.NewMatrix[float32](1, c.Filters)
	be.ConvGradInput(dx, w.low, r.low, c)
	be.ConvGradWeight(dw, x.low, r.low, c)
	be.ConvGradBias(db, r.low, c)
	differences(t, "Conv by x", x.high, loss, dx.Data)
	differences(t, "Conv by w", w.high, loss, dw.Data)
	differences(t, "Conv by b", b.high, loss, db.Data)
}

// transposeGradient holds what a transposed convolution's derivatives are made of:
// Conv of the gradient without bias, ConvGradWeight with the roles turned, and the
// sums of channels.
func transposeGradient(t reporter, be backend, c kernels.Conv) {
	x, w, b, r := operand(2, c.Out(), 1), operand(c.FanIn(), c.Filters, 2), operand(1, c.Channels, 3), operand(2, c.In(), 4)
	high, y := kernels.NewReference[float64](), kernels.NewMatrix[float64](2, c.In())
	loss := func() float64 {
		high.ConvTranspose(y, x.high, w.high, b.high, c)
		return dot(y, r.high)
	}
	dx, dw, db := kernels.NewMatrix[float32](2, c.Out()), kernels.NewMatrix[float32](c.FanIn(), c.Filters), kernels.NewMatrix[float32](1, c.Channels)
	be.Conv(dx, r.low, w.low, matrix{}, c)
	be.ConvGradWeight(dw, r.low, x.low, c)
	be.ChannelSum(db, r.low)
	differences(t, "ConvTranspose by x", x.high, loss, dx.Data)
	differences(t, "ConvTranspose by w", w.high, loss, dw.Data)
	differences(t, "ConvTranspose by b", b.high, loss, db.Data)
}
