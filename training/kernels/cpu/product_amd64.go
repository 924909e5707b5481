//go:build !noasm

package cpu

// A product is cut so that what the inner loop reads stays near: a packed panel
// of b (20 kB) in the first cache, all panels of the cut (320 kB) and the rows of
// a (240 kB) in the second. Cuts of the depth are about equal: each reads and
// writes all of out, which a short last one would not be worth.
const (
	width     = 16
	narrow    = 8
	depthCut  = 320
	rowCut    = 192
	columnCut = 256
)

// What a tile does besides the products.
const (
	fromC    = 1
	withBias = 2
	withReLU = 4
)

type tile func(k int, a *float32, rowStep, kStep uintptr, b, c *float32, cStep uintptr, bias *float32, mask *int32, flags uint)

// The inner loops by their number of rows, less one: for sixteen columns, for
// fewer, and for up to eight.
var (
	tiles       = []tile{tile1x16, tile2x16, tile3x16, tile4x16, tile5x16, tile6x16}
	maskedTiles = []tile{tile1x16Masked, tile2x16Masked, tile3x16Masked, tile4x16Masked, tile5x16Masked, tile6x16Masked}
	narrowTiles = []tile{tile1x8Masked, tile2x8Masked, tile3x8Masked, tile4x8Masked, tile5x8Masked, tile6x8Masked,
		tile7x8Masked, tile8x8Masked, tile9x8Masked, tile10x8Masked, tile11x8Masked, tile12x8Masked}
)

// columns gives the mask of w of sixteen columns from element 16−w on.
var columns = [2 * width]int32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

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
	cut := evenCut(p.depth)
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

// evenCut is the depth of all cuts but the last, a multiple of eight, which is
// what packColumns takes at a time.
func evenCut(depth int) int {
	cuts := max(1, (depth+depthCut-1)/depthCut)
	each := (depth + cuts - 1) / cuts
	return (each + 7) / 8 * 8
}

// columns packs the columns first … end−1 of the right factor once and computes
// all rows of them.
func (v *avx2) columns(p *product, from, depth, first, end int, bias []float32, flags uint) {
	panel := func(j int) []float32 { return v.panel[(j-first)*depthCut:] }
	for j := first; j < end; j += width {
		pack(panel(j), p, from, depth, j)
	}
	for i := 0; i < p.m; i += rowCut {
		for j := first; j < end; j += width {
			rows(panel(j), p, from, depth, i, j, bias, flags)
		}
	}
}

// rows computes up to rowCut rows of up to sixteen columns of out.
func rows(panel []float32, p *product, from, depth, first, j int, bias []float32, flags uint) {
	const bytes = 4
	w := min(width, p.n-j)
	kind, mask := tilesFor(w), &columns[width-w]
	var biasAt, a *float32
	if bias != nil {
		biasAt = &bias[j]
	}
	end := min(first+rowCut, p.m)
	for i := first; i < end; i += len(kind) {
		if depth > 0 {
			a = &p.a.Data[i*p.rowStep+from*p.kStep]
		}
		kind[min(len(kind), end-i)-1](depth, a, uintptr(p.rowStep*bytes), uintptr(p.kStep*bytes), &panel[0],
			&p.out.Data[i*p.n+j], uintptr(p.n*bytes), biasAt, mask, flags)
	}
}

func tilesFor(columns int) []tile {
	switch {
	case columns <= narrow:
		return narrowTiles
	case columns < width:
		return maskedTiles
	}
	return tiles
}

// pack lays the columns j … j+15 of the right factor side by side, zeros where
// it has fewer.
func pack(panel []float32, p *product, from, depth, j int) {
	const bytes = 4
	w := min(width, p.n-j)
	switch {
	case depth == 0:
	case !p.turned:
		packRows(&panel[0], &p.b.Data[from*p.n+j], uintptr(p.n*bytes), depth, &columns[width-w])
	default:
		eights := 0
		if w == width {
			if eights = depth / 8; eights > 0 {
				packColumns(&panel[0], &p.b.Data[j*p.depth+from], uintptr(p.depth*bytes), eights)
			}
		}
		packSlowly(panel, p, from, depth, j, 8*eights)
	}
}

// packSlowly packs a transposed factor from some depth on.
func packSlowly(panel []float32, p *product, from, depth, j, start int) {
	w := min(width, p.n-j)
	for k := start; k < depth; k++ {
		dst := panel[k*width:][:width]
		clear(dst[w:])
		for c := range w {
			dst[c] = p.b.Data[(j+c)*p.depth+from+k]
		}
	}
}
