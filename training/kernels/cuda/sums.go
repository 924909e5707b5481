package cuda

// columns is how many columns a block adds up, as in kernels/common.cuh.
const columns = 32

func (b *Backend) byColumn(kernel string, cols int) { b.run(kernel, blocks(cols, columns), 1) }

// ColSum sums the rows.
func (b *Backend) ColSum(out, x matrix) {
	b.begin().out(0, out.Data).in(1, x.Data).n(x.Rows, x.Cols).byColumn("k_col_sum", x.Cols)
}

// ColDot sums the rows of x·y.
func (b *Backend) ColDot(out, x, y matrix) {
	b.begin().out(0, out.Data).in(1, x.Data).in(2, y.Data).n(x.Rows, x.Cols).byColumn("k_col_dot", x.Cols)
}

// InverseNorms is 1/(‖column‖ + 1e-9).
func (b *Backend) InverseNorms(out, v matrix) {
	b.begin().out(0, out.Data).in(1, v.Data).in(2, v.Data).n(v.Rows, v.Cols, 1).byColumn("k_col_dot", v.Cols)
}

// RowSum sums the columns, in order.
func (b *Backend) RowSum(out, x matrix) {
	b.begin().out(0, out.Data).in(1, x.Data).n(x.Rows, x.Cols).flat("k_row_sum", x.Rows)
}

// Dot sums x·y in float64.
func (b *Backend) Dot(out, x, y matrix) {
	b.begin().out(0, out.Data).in(1, x.Data).in(2, y.Data).n(len(x.Data)).run("k_dot", 1, 1)
}

// SoftplusMean sums in float64.
func (b *Backend) SoftplusMean(out, l matrix, sign float32) {
	b.begin().out(0, out.Data).in(1, l.Data).n(len(l.Data)).c(sign).run("k_softplus_mean", 1, 1)
}

// SoftplusGrad is SoftplusMean's derivative times g.
func (b *Backend) SoftplusGrad(out, l, g matrix, sign float32) {
	n := len(l.Data)
	b.begin().out(0, out.Data[:n]).in(1, l.Data).in(2, g.Data).n(n).c(sign).flat("k_softplus_grad", n)
}

// SigmoidMean sums in float64.
func (b *Backend) SigmoidMean(out, l matrix) {
	b.begin().out(0, out.Data).in(1, l.Data).n(len(l.Data)).run("k_sigmoid_mean", 1, 1)
}

// LogSumExp computes in float64.
func (b *Backend) LogSumExp(out, l matrix) {
	b.begin().out(0, out.Data).in(1, l.Data).n(l.Rows, l.Cols).flat("k_log_sum_exp", l.Rows)
}

// Softmax computes in float64.
func (b *Backend) Softmax(out, l matrix) {
	b.begin().out(0, out.Data).in(1, l.Data).n(l.Rows, l.Cols).flat("k_softmax", l.Rows)
}

// CrossEntropy computes and sums in float64.
func (b *Backend) CrossEntropy(out, l, y matrix) {
	b.begin().out(0, out.Data).in(1, l.Data).in(2, y.Data).n(l.Rows, l.Cols).run("k_cross_entropy", 1, 1)
}
