//go:build !noasm

package cpu

import "sweep/training/kernels"

// channelOf is channel c of so many of row i, checked: the loops check nothing.
func channelOf(m matrix, i, c, channels int) []float32 {
	places := m.Cols / channels
	return m.Data[i*m.Cols+c*places:][:places]
}

// ChannelSum adds one channel after the other.
func (*avx2) ChannelSum(out, x matrix) {
	for c := range out.Cols {
		var sum kernels.Lanes[float32]
		for i := range x.Rows {
			in := channelOf(x, i, c, out.Cols)
			channelSum(&sum[0], &in[0], len(in))
		}
		out.Data[c] = sum.Fold()
	}
}

// ChannelBroadcast fills channel by channel.
func (*avx2) ChannelBroadcast(out, x matrix) {
	for i := range out.Rows {
		for c, v := range x.Data[:x.Cols] {
			fill(channelOf(out, i, c, x.Cols), v)
		}
	}
}

func fill(x []float32, v float32) {
	x[0] = v
	for n := 1; n < len(x); n *= 2 {
		copy(x[n:], x[:n])
	}
}

// ChannelStats takes two passes, so that a large mean costs no digits.
func (v *avx2) ChannelStats(out, x matrix, eps float32) {
	mean, squares := rowOf(out, kernels.StatMean, out.Cols), rowOf(out, kernels.StatInverse, out.Cols)
	n := x.Rows * x.Cols / out.Cols
	v.ChannelSum(matrix{Rows: 1, Cols: out.Cols, Data: mean}, x)
	for c := range out.Cols {
		var sum kernels.Lanes[float32]
		mean[c] /= float32(n)
		for i := range x.Rows {
			in := channelOf(x, i, c, out.Cols)
			channelDeviations(&sum[0], &in[0], len(in), mean[c])
		}
		squares[c] = sum.Fold()
	}
	kernels.FinishStats(out, n, eps)
}

// ChannelNorm normalises channel by channel, and bends each row while it is near.
func (v *avx2) ChannelNorm(out, x, stats, gamma, beta matrix, f kernels.Activation) {
	channels := stats.Cols
	mean, inverse := rowOf(stats, kernels.StatMean, channels), rowOf(stats, kernels.StatInverse, channels)
	for i := range x.Rows {
		for c := range channels {
			o, in := channelOf(out, i, c, channels), channelOf(x, i, c, channels)
			channelNorm(&o[0], &in[0], len(in), mean[c], inverse[c], gamma.Data[c], beta.Data[c])
		}
		if f.Curve != kernels.Linear {
			row := matrix{Rows: 1, Cols: x.Cols, Data: rowOf(out, i, x.Cols)}
			v.Activate(row, row, matrix{}, 0, f)
		}
	}
}

// ChannelNormSums adds one channel after the other.
func (*avx2) ChannelNormSums(out, g, x, stats matrix) {
	channels := stats.Cols
	mean, inverse := rowOf(stats, kernels.StatMean, channels), rowOf(stats, kernels.StatInverse, channels)
	ofGamma, ofBeta := rowOf(out, 0, channels), rowOf(out, 1, channels)
	for c := range channels {
		var gamma, beta kernels.Lanes[float32]
		for i := range x.Rows {
			gs, in := channelOf(g, i, c, channels), channelOf(x, i, c, channels)
			channelNormSums(&gamma[0], &beta[0], &gs[0], &in[0], len(in), mean[c], inverse[c])
		}
		ofGamma[c], ofBeta[c] = gamma.Fold(), beta.Fold()
	}
}

// ChannelNormGrad goes back channel by channel.
func (*avx2) ChannelNormGrad(out, g, x, stats, gamma, sums matrix) {
	channels := stats.Cols
	mean, inverse := rowOf(stats, kernels.StatMean, channels), rowOf(stats, kernels.StatInverse, channels)
	ofGamma, ofBeta, n := rowOf(sums, 0, channels), rowOf(sums, 1, channels), float32(x.Rows*x.Cols/channels)
	for i := range x.Rows {
		for c := range channels {
			o, gs, in := channelOf(out, i, c, channels), channelOf(g, i, c, channels), channelOf(x, i, c, channels)
			channelNormGrad(&o[0], &gs[0], &in[0], len(in), mean[c], inverse[c], gamma.Data[c]*inverse[c], ofGamma[c]/n, ofBeta[c]/n)
		}
	}
}
