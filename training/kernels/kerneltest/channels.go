package kerneltest

import (
	"fmt"
	"math"

	"sweep/training/kernels"
)

// channelCalls are images of one place and of many, in channels whose mean is half
// their deviation.
func channelCalls() (calls []call) {
	for _, places := range []int{1, 3, 8, 31, 36, 40, 64, 121} {
		for _, s := range [][2]int{{2, 1}, {3, 5}, {7, 2}} {
			calls = append(calls, ofChannels(s[0], s[1], places)...)
		}
	}
	return calls
}

func ofChannels(n, channels, places int) []call {
	cols := channels * places
	x, g, gamma, beta := draw(n*cols, 1), draw(n*cols, 2), draw(channels, 3), draw(channels, 4)
	for i := range x {
		x[i] += 0.5
	}
	images := func(x []float32) matrix { return view(n, cols, x) }
	rows := func(x []float32) matrix { return view(len(x)/channels, channels, x) }
	r, stats, sums := kernels.NewReference[float32](), make([]float32, kernels.StatRows*channels), make([]float32, 2*channels)
	r.ChannelStats(rows(stats), images(x), 2e-5)
	r.ChannelNormSums(rows(sums), images(g), images(x), rows(stats))
	of := func(i int) int { return i % cols / places }
	hat := func(i int) float64 {
		return (math.Abs(float64(x[i])) + math.Abs(float64(stats[of(i)]))) * float64(stats[channels+of(i)])
	}
	sum := func(c int, term func(i int) float64) float64 {
		return total(n*places, func(r int) float64 { return term(r/places*cols + c*places + r%places) })
	}
	terms := float64(n * places)
	name := fmt.Sprintf("(%d, %d·%d)", n, channels, places)
	statBound := func(_, i int, want float64) float64 {
		c := i % channels
		if i < channels {
			return 2 * unit * sum(c, func(i int) float64 { return float64(x[i]) })
		}
		spread := 1 + math.Abs(float64(stats[c]))*float64(stats[channels+c])
		return 8 * terms * unit * math.Abs(want) * spread * spread
	}
	calls := []call{
		{name: "ChannelSum " + name, in: [][]float32{x}, out: [][]float32{draw(channels, 5)},
			do: func(be backend, xs, out [][]float32) { be.ChannelSum(rows(out[0]), images(xs[0])) },
			bound: func(_, c int, _ float64) float64 {
				return 2 * terms * unit * sum(c, func(i int) float64 { return float64(x[i]) })
			}},
		{name: "ChannelBroadcast " + name, in: [][]float32{gamma}, out: [][]float32{draw(n*cols, 5)}, bound: exactly,
			do: func(be backend, xs, out [][]float32) { be.ChannelBroadcast(images(out[0]), rows(xs[0])) }},
		{name: "ChannelStats " + name, in: [][]float32{x}, out: [][]float32{draw(len(stats), 5)}, bound: statBound,
			do: func(be backend, xs, out [][]float32) { be.ChannelStats(rows(out[0]), images(xs[0]), 2e-5) }},
		{name: "ChannelNormSums " + name, in: [][]float32{g, x, stats}, out: [][]float32{draw(2*channels, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.ChannelNormSums(rows(out[0]), images(xs[0]), images(xs[1]), rows(xs[2]))
			},
			bound: func(_, i int, _ float64) float64 {
				return 4 * terms * unit * sum(i%channels, func(at int) float64 {
					if i < channels {
						return float64(g[at]) * hat(at)
					}
					return float64(g[at])
				})
			}},
		{name: "ChannelNormGrad " + name, in: [][]float32{g, x, stats, gamma, sums}, out: [][]float32{draw(n*cols, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.ChannelNormGrad(images(out[0]), images(xs[0]), images(xs[1]), rows(xs[2]), rows(xs[3]), rows(xs[4]))
			},
			bound: func(_, i int, _ float64) float64 {
				c := of(i)
				through := (math.Abs(float64(sums[channels+c])) + hat(i)*math.Abs(float64(sums[c]))) / terms
				return 16 * unit * math.Abs(float64(gamma[c]*stats[channels+c])) * (math.Abs(float64(g[i])) + through)
			}},
	}
	for _, f := range allActivations() {
		calls = append(calls, call{
			name: fmt.Sprintf("ChannelNorm %v %s", f, name), in: [][]float32{x, stats, gamma, beta}, out: [][]float32{draw(n*cols, 5)},
			do: func(be backend, xs, out [][]float32) {
				be.ChannelNorm(images(out[0]), images(xs[0]), rows(xs[1]), rows(xs[2]), rows(xs[3]), f)
			},
			bound: func(_, i int, want float64) float64 {
				c := of(i)
				return 8*unit*(math.Abs(float64(gamma[c]))*hat(i)+math.Abs(float64(beta[c]))+math.Abs(want)) + tiny
			}})
	}
	return calls
}

// channelNormGradient is batchNormGradient by channel, with ELU behind it.
func channelNormGradient(t reporter, be backend) {
	const n, channels, places, eps = 5, 2, 9, 2e-5
	elu := kernels.Activation{Curve: kernels.ELU}
	x, gamma, beta, r := operand(n, channels*places, 1), operand(1, channels, 2), operand(1, channels, 3), operand(n, channels*places, 4)
	high, y := kernels.NewReference[float64](), kernels.NewMatrix[float64](n, channels*places)
	highStats := kernels.NewMatrix[float64](kernels.StatRows, channels)
	loss := func() float64 {
		high.ChannelStats(highStats, x.high, eps)
		high.ChannelNorm(y, x.high, highStats, gamma.high, beta.high, elu)
		return dot(y, r.high)
	}
	stats, sums := kernels.NewMatrix[float32](kernels.StatRows, channels), kernels.NewMatrix[float32](2, channels)
	out, g, dx := kernels.NewMatrix[float32](n, channels*places), kernels.NewMatrix[float32](n, channels*places), kernels.NewMatrix[float32](n, channels*places)
	be.ChannelStats(stats, x.low, eps)
	be.ChannelNorm(out, x.low, stats, gamma.low, beta.low, elu)
	be.ActivateGrad(g, out, r.low, elu)
	be.ChannelNormSums(sums, g, x.low, stats)
	be.ChannelNormGrad(dx, g, x.low, stats, gamma.low, sums)
	differences(t, "ChannelNorm by x", x.high, loss, dx.Data)
	differences(t, "ChannelNorm by gamma", gamma.high, loss, sums.Data[:channels])
	differences(t, "ChannelNorm by beta", beta.high, loss, sums.Data[channels:])
}
