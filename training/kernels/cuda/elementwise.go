package cuda

import "sweep/training/kernels"

// Add sums element by element.
func (b *Backend) Add(out, x, y matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, y.Data[:n]).n(n).flat("k_add", n)
}

// Scale multiplies by c.
func (b *Backend) Scale(out, x matrix, c float32) {
	n := len(x.Data)
	if k := b.pack; k != nil && k.factors != nil && c == k.varied {
		b.ScaleBy(out, x, matrix{Rows: 1, Cols: 1, Data: k.factors})
		return
	}
	b.begin().out(0, out.Data[:n]).in(1, x.Data).n(n).c(c).flat("k_scale", n)
}

// Mul multiplies element by element.
func (b *Backend) Mul(out, x, y matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, y.Data[:n]).n(n).flat("k_mul", n)
}

// ScaleBy multiplies by the scalar s.
func (b *Backend) ScaleBy(out, x, s matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, s.Data[:1]).n(n).flat("k_scale_by", n)
}

// Fill sets every element.
func (b *Backend) Fill(out matrix, c float32) {
	n := len(out.Data)
	b.begin().out(0, out.Data).n(n).c(c).flat("k_fill", n)
}

// ReLUGrad passes g where y is positive.
func (b *Backend) ReLUGrad(out, y, g matrix) {
	n := len(y.Data)
	b.begin().out(0, out.Data[:n]).in(1, y.Data).in(2, g.Data[:n]).n(n).flat("k_relu_grad", n)
}

// Activate adds the noise and applies f.
func (b *Backend) Activate(out, x, noise matrix, sigma float32, f kernels.Activation) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data)
	if len(noise.Data) > 0 {
		b.in(2, noise.Data[:n])
	}
	b.n(n, int(f.Curve)).c(sigma, float32(f.Leak)).flat("k_activate", n)
}

// ActivateGrad multiplies g by the slope.
func (b *Backend) ActivateGrad(out, y, g matrix, f kernels.Activation) {
	n := len(y.Data)
	b.begin().out(0, out.Data[:n]).in(1, y.Data).in(2, g.Data[:n])
	b.n(n, int(f.Curve)).c(0, float32(f.Leak)).flat("k_activate_grad", n)
}

// RowBroadcast repeats the row x.
func (b *Backend) RowBroadcast(out, x matrix) {
	n := out.Rows * out.Cols
	b.begin().out(0, out.Data[:n]).in(1, x.Data).n(n, out.Cols).flat("k_row_broadcast", n)
}

// ColBroadcast repeats the column x.
func (b *Backend) ColBroadcast(out, x matrix) {
	n := out.Rows * out.Cols
	b.begin().out(0, out.Data[:n]).in(1, x.Data).n(n, out.Cols).flat("k_col_broadcast", n)
}

// RowScale multiplies each row by its element of s.
func (b *Backend) RowScale(out, x, s matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, s.Data).n(n, x.Cols).flat("k_row_scale", n)
}

// ColScale multiplies each column by its element of s.
func (b *Backend) ColScale(out, x, s matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, s.Data).n(n, x.Cols).flat("k_col_scale", n)
}

// ColCombine computes x·s + y·t, s and t by column.
func (b *Backend) ColCombine(out, x, s, y, t matrix) {
	n := len(x.Data)
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, s.Data).in(3, y.Data[:n]).in(4, t.Data)
	b.n(n, x.Cols).flat("k_col_combine", n)
}

// Cut copies a block out of x.
func (b *Backend) Cut(out, x matrix, row, col int) {
	n := out.Rows * out.Cols
	b.begin().out(0, out.Data[:n]).in(1, x.Data)
	b.n(n, out.Cols, x.Cols, row*x.Cols+col).flat("k_cut", n)
}

// Put copies x into a block of out.
func (b *Backend) Put(out, x matrix, row, col int) {
	n := x.Rows * x.Cols
	b.begin().both(0, out.Data).in(1, x.Data[:n])
	b.n(n, x.Cols, out.Cols, row*out.Cols+col).flat("k_put", n)
}

// Finite looks at all elements.
func (b *Backend) Finite(x []float32) bool {
	b.flag[0] = 0
	b.begin().both(0, b.flag[:]).in(1, x).n(len(x)).flat("k_not_finite", len(x))
	return b.flag[0] == 0
}
