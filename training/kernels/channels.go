package kernels

// Channels are operations on rows that are images, channel by channel: x is
// (n, channels·places), and what belongs to a channel is a column of a matrix of
// so many columns. They are batch normalisation over batch and places (Ioffe and
// Szegedy 2015, §3.2), and its parts.
//
// Every sum over a channel has ChannelLanes partial sums: place p of each image
// is added to sum p mod ChannelLanes, images in order, places in order, and the
// sums are then folded in halves.
type Channels[T Float] interface {
	// ChannelSum adds up each channel of x into out (1, channels). Within
	// 2·terms·u of the sum of magnitudes.
	ChannelSum(out, x Matrix[T])

	// ChannelBroadcast writes x (1, channels) to all places of every row of out.
	// Exact.
	ChannelBroadcast(out, x Matrix[T])

	// ChannelStats is BatchStats, ChannelNorm is BatchNorm and then f's curve,
	// ChannelNormSums is BatchNormSums and ChannelNormGrad BatchNormGrad, with n
	// the rows times the places. Bounds are as there, with n in place of the rows,
	// and 8u·|value| more for the curve.
	ChannelStats(out, x Matrix[T], eps T)
	ChannelNorm(out, x, stats, gamma, beta Matrix[T], f Activation)
	ChannelNormSums(out, g, x, stats Matrix[T])
	ChannelNormGrad(out, g, x, stats, gamma, sums Matrix[T])
}

// ChannelLanes is how many partial sums a channel has, a power of two.
const ChannelLanes = 32

// Lanes are a channel's partial sums.
type Lanes[T Float] [ChannelLanes]T

// Fold is the sum of all lanes: the second half is added to the first until one
// is left. It uses them up.
func (l *Lanes[T]) Fold() T {
	for half := ChannelLanes / 2; half > 0; half /= 2 {
		for i := range half {
			l[i] += l[half+i]
		}
	}
	return l[0]
}

// channel is channel c of so many of row i.
func (m Matrix[T]) channel(i, c, channels int) []T {
	places := m.Cols / channels
	return m.row(i)[c*places:][:places]
}

// ChannelSum adds one channel after the other.
func (r *Reference[T]) ChannelSum(out, x Matrix[T]) {
	for c := range out.Cols {
		var sum Lanes[T]
		for i := range x.Rows {
			for p, v := range x.channel(i, c, out.Cols) {
				sum[p%ChannelLanes] += v
			}
		}
		out.Data[c] = sum.Fold()
	}
}

// ChannelBroadcast fills channel by channel.
func (r *Reference[T]) ChannelBroadcast(out, x Matrix[T]) {
	for i := range out.Rows {
		for c, v := range x.Data[:x.Cols] {
			o := out.channel(i, c, x.Cols)
			for p := range o {
				o[p] = v
			}
		}
	}
}

// ChannelStats takes two passes, so that a large mean costs no digits.
func (r *Reference[T]) ChannelStats(out, x Matrix[T], eps T) {
	n := x.Rows * x.Cols / out.Cols
	mean, squares := out.row(StatMean), out.row(StatInverse)
	r.ChannelSum(Matrix[T]{1, out.Cols, mean}, x)
	divide(mean, T(n))
	for c := range out.Cols {
		var sum Lanes[T]
		for i := range x.Rows {
			for p, v := range x.channel(i, c, out.Cols) {
				d := v - mean[c]
				sum[p%ChannelLanes] += T(d * d)
			}
		}
		squares[c] = sum.Fold()
	}
	FinishStats(out, n, eps)
}

// ChannelNorm normalises channel by channel.
func (r *Reference[T]) ChannelNorm(out, x, stats, gamma, beta Matrix[T], f Activation) {
	mean, inverse := stats.row(StatMean), stats.row(StatInverse)
	for i := range x.Rows {
		for c := range stats.Cols {
			o := out.channel(i, c, stats.Cols)
			for p, v := range x.channel(i, c, stats.Cols) {
				o[p] = T(T((v-mean[c])*inverse[c])*gamma.Data[c]) + beta.Data[c]
			}
		}
		activate(out.row(i), f)
	}
}

// ChannelNormSums adds one channel after the other.
func (r *Reference[T]) ChannelNormSums(out, g, x, stats Matrix[T]) {
	mean, inverse := stats.row(StatMean), stats.row(StatInverse)
	for c := range stats.Cols {
		var gamma, beta Lanes[T]
		for i := range x.Rows {
			gs := g.channel(i, c, stats.Cols)
			for p, v := range x.channel(i, c, stats.Cols) {
				gamma[p%ChannelLanes] += T(gs[p] * T((v-mean[c])*inverse[c]))
				beta[p%ChannelLanes] += gs[p]
			}
		}
		out.row(0)[c], out.row(1)[c] = gamma.Fold(), beta.Fold()
	}
}

// ChannelNormGrad goes back channel by channel.
func (r *Reference[T]) ChannelNormGrad(out, g, x, stats, gamma, sums Matrix[T]) {
	mean, inverse, n := stats.row(StatMean), stats.row(StatInverse), T(x.Rows*x.Cols/stats.Cols)
	for i := range x.Rows {
		for c := range stats.Cols {
			ofGamma, ofBeta, slope := sums.row(0)[c]/n, sums.row(1)[c]/n, T(gamma.Data[c]*inverse[c])
			o, gs := out.channel(i, c, stats.Cols), g.channel(i, c, stats.Cols)
			for p, v := range x.channel(i, c, stats.Cols) {
				hat := T((v - mean[c]) * inverse[c])
				o[p] = slope * (gs[p] - (ofBeta + T(hat*ofGamma)))
			}
		}
	}
}
