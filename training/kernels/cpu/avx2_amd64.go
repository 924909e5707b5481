//go:build !noasm

package cpu

import "sweep/training/kernels"

type matrix = kernels.Matrix[float32]

// avx2 is the backend for AVX2 and FMA; what it has no kernel for is the
// reference's. Where AVX-512 is there too, it computes products and draws normals
// with that: the same bits, sooner.
type avx2 struct {
	kernels.Reference[float32]

	wide  bool
	cuts  cuts
	panel []float32 // packed columns of a product's right factor

	words   []uint32  // random words on their way to normals
	run     philoxRun // of the draws under way
	groups  normalGroups
	octaves normalOctaves

	convolver kernels.Convolver[float32]
	conv      convScratch
}

func newAVX2(wide bool) *avx2 {
	cuts := narrowCuts
	if wide {
		cuts = wideCuts
	}
	return &avx2{wide: wide, cuts: cuts, panel: make([]float32, cuts.depth*columnCut), words: make([]uint32, groupDraws*groupsCut),
		groups: newNormalGroups(), octaves: newNormalOctaves(), conv: newConvScratch(wide)}
}

// Name tells the instruction set and the precision. AVX2 and FMA are IEEE
// arithmetic, so all machines that have them share one key.
func (*avx2) Name() string { return "cpu-avx2-fp32" }

// Add sums element by element.
func (*avx2) Add(out, a, b matrix) {
	if n := len(a.Data); n > 0 {
		addVec(&out.Data[:n][0], &a.Data[0], &b.Data[:n][0], n)
	}
}

// Scale multiplies by c.
func (*avx2) Scale(out, x matrix, c float32) {
	if n := len(x.Data); n > 0 {
		scaleVec(&out.Data[:n][0], &x.Data[0], n, c)
	}
}

// ReLUGrad passes g where y is positive.
func (*avx2) ReLUGrad(out, y, g matrix) {
	if n := len(y.Data); n > 0 {
		reluGradVec(&out.Data[:n][0], &y.Data[0], &g.Data[:n][0], n)
	}
}

// ColSum adds the rows in order.
func (*avx2) ColSum(out, x matrix) {
	if x.Rows == 0 || x.Cols == 0 {
		clear(out.Data)
		return
	}
	columnSum(&out.Data[:x.Cols][0], &x.Data[:x.Rows*x.Cols][0], x.Rows, x.Cols)
}

// RowBroadcast repeats x.
func (*avx2) RowBroadcast(out, x matrix) {
	for i := range out.Rows {
		copy(out.Data[i*out.Cols:], x.Data)
	}
}

// Finite looks at all values.
func (*avx2) Finite(x []float32) bool { return len(x) == 0 || finiteVec(&x[0], len(x)) }

// Adam is the reference's, eight weights at a time.
func (*avx2) Adam(w, m, v, g []float32, a kernels.AdamStep) {
	if n := len(w); n > 0 {
		adamVec(&w[0], &m[:n][0], &v[:n][0], &g[:n][0], n,
			float32(1-a.Beta1), float32(1-a.Beta2), float32(a.Rate), float32(a.Eps))
	}
}
