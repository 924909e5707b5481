//go:build !noasm

package cpu

// cuts are how a product is cut so that what the inner loop reads stays near.
// Cuts of the depth are about equal: each reads and writes all of out, which a
// short last one would not be worth.
type cuts struct{ depth, rows int }

// Without AVX-512 a packed panel of b (20 kB) stays in the first cache, all panels
// of the cut (320 kB) and the rows of a (240 kB) in the second. With it the tile's
// rows of a (24 kB) stay in the first and the panels (512 kB) in the second: a
// tile of thirty-two columns takes its panel from there in time.
var (
	narrowCuts = cuts{depth: 320, rows: 192}
	wideCuts   = cuts{depth: 512, rows: 12}
)

// columnCut is the most columns that are packed at once.
const columnCut = 256

// What a tile does besides the products.
const (
	fromC    = 1
	withBias = 2
	withReLU = 4
)

// MatMul computes out = op(a)·op(b).
func (v *avx2) MatMul(out, a, b matrix, ta, tb bool) {
	v.product(newProduct(out, a, b, ta, tb), nil, 0)
}

// Dense computes out = x·w + b, then ReLU.
func (v *avx2) Dense(out, x, w, b matrix, relu bool) {
	tail := uint(withBias)
	if relu {
		tail |= withReLU
	}
	v.product(newProduct(out, x, w, false, false), b.Data[:out.Cols], tail)
}

// product is a product's shape: out (m, n) with sums of depth terms; element
// (i, p) of the left factor is a.Data[i·rowStep+p·kStep].
type product struct {
	out, a, b      matrix
	m, n, depth    int
	rowStep, kStep int
	turned         bool // b is transposed
}

// newProduct checks the shapes, because the kernels do not.
func newProduct(out, a, b matrix, ta, tb bool) product {
	p := product{out: out, a: a, b: b, m: out.Rows, n: out.Cols, depth: a.Cols, rowStep: a.Cols, kStep: 1, turned: tb}
	rows, bRows, bCols := a.Rows, b.Rows, b.Cols
	if ta {
		rows, p.depth, p.rowStep, p.kStep = a.Cols, a.Rows, 1, a.Cols
	}
	if tb {
		bRows, bCols = b.Cols, b.Rows
	}
	if rows != p.m || bRows != p.depth || bCols != p.n || len(out.Data) < p.m*p.n || len(a.Data) < rows*p.depth || len(b.Data) < p.depth*p.n {
		panic("cpu: the shapes of a product do not agree")
	}
	return p
}

// product cuts along the depth first, so that a sum goes on where it was left.
func (v *avx2) product(p product, bias []float32, tail uint) {
	if v.thinProduct(&p, bias, tail) {
		return
	}
	cut := v.cuts.even(p.depth)
	for from := 0; ; from += cut {
		depth, flags := min(cut, p.depth-from), uint(0)
		if from > 0 {
			flags |= fromC
		}
		last := from+depth == p.depth
		if last {
			flags |= tail
		}
		for first := 0; first < p.n; first += columnCut {
			v.columns(&p, from, depth, first, min(first+columnCut, p.n), bias, flags)
		}
		if last {
			return
		}
	}
}

// even is the depth of all cuts but the last, a multiple of eight, which is what
// packTurned takes at a time.
func (c cuts) even(depth int) int {
	n := max(1, (depth+c.depth-1)/c.depth)
	each := (depth + n - 1) / n
	return (each + 7) / 8 * 8
}

// columns packs the columns first … end−1 of the right factor once and computes
// all rows of them.
func (v *avx2) columns(p *product, from, depth, first, end int, bias []float32, flags uint) {
	var all [columnCut / narrow]panel
	panels := all[:0]
	j := first
	if v.wide && !p.turned && depth > 0 {
		panels = v.packWide(panels, p, from, depth, first, end)
		j += len(panels) * wide
	}
	for j < end {
		n := v.newPanel(v.panel[(j-first)*v.cuts.depth:], j, end-j)
		n.pack(p, from, depth)
		panels = append(panels, n)
		j += n.columns
	}
	for i := 0; i < p.m; i += v.cuts.rows {
		end := min(i+v.cuts.rows, p.m)
		for n := range panels {
			panels[n].rows(p, from, depth, i, end, bias, flags)
		}
	}
}
