//go:build !noasm

package cpu

// Similar takes each pair of rows once.
func (*avx2) Similar(out, m matrix) {
	clear(out.Data)
	n := out.Cols
	dims := dimsOf(m, n)
	if dims == 0 {
		return
	}
	for i := range m.Rows {
		for j := i + 1; j < m.Rows; j++ {
			similarRow(&rowOf(out, i, n)[0], &rowOf(out, j, n)[0], &rowOf(m, i, n*dims)[0], &rowOf(m, j, n*dims)[0], n, dims)
		}
	}
}

// SimilarGrad takes each pair of rows once.
func (*avx2) SimilarGrad(out, m, g matrix) {
	clear(out.Data)
	n := g.Cols
	dims := dimsOf(m, n)
	if dims == 0 {
		return
	}
	for i := range m.Rows {
		for j := i + 1; j < m.Rows; j++ {
			similarGradRow(&rowOf(out, i, n*dims)[0], &rowOf(out, j, n*dims)[0], &rowOf(g, i, n)[0], &rowOf(g, j, n)[0],
				&rowOf(m, i, n*dims)[0], &rowOf(m, j, n*dims)[0], n, dims)
		}
	}
}

// dimsOf is a kernel's number of coordinates.
func dimsOf(m matrix, kernels int) int {
	if kernels == 0 {
		return 0
	}
	if m.Cols%kernels != 0 {
		panic("cpu: the columns are not a number of kernels")
	}
	return m.Cols / kernels
}
