package cuda

// BatchStats takes two passes.
func (b *Backend) BatchStats(out, x matrix, eps float32) {
	b.begin().out(0, out.Data).in(1, x.Data).n(x.Rows, x.Cols).c(eps).byColumn("k_batch_stats", x.Cols)
}

// FixedStats takes a thread for each column.
func (b *Backend) FixedStats(out, running matrix, eps float32) {
	n := out.Cols
	b.begin().out(0, out.Data).in(1, running.Data).n(n).c(eps).flat("k_fixed_stats", n)
}

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}

// BatchNorm normalises element by element.
func (b *Backend) BatchNorm(out, x, stats, gamma, beta matrix, relu bool) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, stats.Data).in(3, gamma.Data).in(4, beta.Data)
	b.n(n, x.Cols, flag(relu)).flat("k_batch_norm", n)
}

// BatchNormSums sums over the rows.
func (b *Backend) BatchNormSums(out, g, x, stats matrix) {
	b.begin().out(0, out.Data).in(1, g.Data).in(2, x.Data).in(3, stats.Data)
	b.n(x.Rows, x.Cols).byColumn("k_batch_norm_sums", x.Cols)
}

// BatchNormGrad goes back element by element.
func (b *Backend) BatchNormGrad(out, g, x, stats, gamma, sums matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, g.Data[:n]).in(2, x.Data).in(3, stats.Data).in(4, gamma.Data).in(5, sums.Data)
	b.n(n, x.Cols, x.Rows).flat("k_batch_norm_grad", n)
}

// Similar takes each sample's kernel in turn.
func (b *Backend) Similar(out, m matrix) {
	n := out.Rows * out.Cols
	b.begin().out(0, out.Data[:n]).in(1, m.Data).n(n, out.Cols, m.Cols/out.Cols, m.Rows).flat("k_similar", n)
}

// SimilarGrad takes each sample's kernel in turn.
func (b *Backend) SimilarGrad(out, m, g matrix) {
	n := g.Rows * g.Cols
	b.begin().out(0, out.Data).in(1, m.Data).in(2, g.Data[:n]).n(n, g.Cols, m.Cols/g.Cols, m.Rows).flat("k_similar_grad", n)
}
