package cuda

import "sweep/training/kernels"

// ofChannels runs a block for each channel of x.
func (b *Backend) ofChannels(kernel string, x matrix, channels int) {
	b.n(x.Rows, channels, x.Cols/channels).run(kernel, channels, 1)
}

// onElements runs a thread for each element of x.
func (b *Backend) onElements(kernel string, x matrix, channels int) {
	n := x.Rows * x.Cols
	b.n(n, channels, x.Cols/channels).flat(kernel, n)
}

// ChannelSum adds up each channel.
func (b *Backend) ChannelSum(out, x matrix) {
	b.begin().out(0, out.Data).in(1, x.Data).ofChannels("k_channel_sum", x, out.Cols)
}

// ChannelBroadcast fills each channel.
func (b *Backend) ChannelBroadcast(out, x matrix) {
	b.begin().out(0, out.Data).in(1, x.Data).onElements("k_channel_broadcast", out, x.Cols)
}

// ChannelStats takes two passes.
func (b *Backend) ChannelStats(out, x matrix, eps float32) {
	b.begin().out(0, out.Data).in(1, x.Data).c(eps).ofChannels("k_channel_stats", x, out.Cols)
}

// ChannelNorm normalises and applies f.
func (b *Backend) ChannelNorm(out, x, stats, gamma, beta matrix, f kernels.Activation) {
	b.begin().out(0, out.Data).in(1, x.Data).in(2, stats.Data).in(3, gamma.Data).in(4, beta.Data)
	b.args.N[3] = int64(f.Curve)
	b.c(0, float32(f.Leak)).onElements("k_channel_norm", x, stats.Cols)
}

// ChannelNormSums adds up each channel.
func (b *Backend) ChannelNormSums(out, g, x, stats matrix) {
	b.begin().out(0, out.Data).in(1, g.Data).in(2, x.Data).in(3, stats.Data).ofChannels("k_channel_norm_sums", x, stats.Cols)
}

// ChannelNormGrad goes back element by element.
func (b *Backend) ChannelNormGrad(out, g, x, stats, gamma, sums matrix) {
	b.begin().out(0, out.Data).in(1, g.Data).in(2, x.Data).in(3, stats.Data).in(4, gamma.Data).in(5, sums.Data)
	b.c(float32(x.Rows*x.Cols/stats.Cols)).onElements("k_channel_norm_grad", x, stats.Cols)
}
