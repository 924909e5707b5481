//go:build !noasm

package cpu

// The columns of a tile and of the panel that it reads: with AVX-512, usually, and
// where few are left.
const (
	wide   = 32
	width  = 16
	narrow = 8
)

type tile func(k int, a *float32, rowStep, kStep uintptr, b, c *float32, cStep uintptr, bias *float32, mask *int32, flags uint)

// The inner loops by their number of rows, less one: for sixteen columns, for
// fewer, and for up to eight; with AVX-512 for up to thirty-two and to sixteen.
var (
	tiles       = []tile{tile1x16, tile2x16, tile3x16, tile4x16, tile5x16, tile6x16}
	maskedTiles = []tile{tile1x16Masked, tile2x16Masked, tile3x16Masked, tile4x16Masked, tile5x16Masked, tile6x16Masked}
	narrowTiles = []tile{tile1x8Masked, tile2x8Masked, tile3x8Masked, tile4x8Masked, tile5x8Masked, tile6x8Masked,
		tile7x8Masked, tile8x8Masked, tile9x8Masked, tile10x8Masked, tile11x8Masked, tile12x8Masked}
	wideTiles = []tile{tile1x32Wide, tile2x32Wide, tile3x32Wide, tile4x32Wide, tile5x32Wide, tile6x32Wide,
		tile7x32Wide, tile8x32Wide, tile9x32Wide, tile10x32Wide, tile11x32Wide, tile12x32Wide}
	halfWideTiles = []tile{tile1x16Wide, tile2x16Wide, tile3x16Wide, tile4x16Wide, tile5x16Wide, tile6x16Wide,
		tile7x16Wide, tile8x16Wide, tile9x16Wide, tile10x16Wide, tile11x16Wide, tile12x16Wide}
)

// columns gives the mask of w of thirty-two columns from element 32−w on.
var columns = [2 * wide]int32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

// panel is some columns of a product's right factor, packed beside each other for
// one kind of tile.
type panel struct {
	data    []float32
	first   int // of the product's columns
	columns int
	step    int // from one depth to the next in data
	tiles   []tile
}

// newPanel takes as many of the left columns as a tile computes without waste.
func (v *avx2) newPanel(data []float32, first, left int) panel {
	n := panel{data: data, first: first, columns: min(width, left), step: width}
	switch {
	case left <= narrow:
		n.tiles = narrowTiles
	case v.wide && (left >= wide || left > width+narrow):
		n.columns, n.step, n.tiles = min(wide, left), wide, wideTiles
	case v.wide && left >= width:
		n.tiles = halfWideTiles
	case left < width:
		n.tiles = maskedTiles
	default:
		n.tiles = tiles
	}
	return n
}

func (n *panel) mask() *int32 { return &columns[wide-n.columns] }

// rows computes the rows first … end−1 of the panel's columns of out.
func (n *panel) rows(p *product, from, depth, first, end int, bias []float32, flags uint) {
	const bytes = 4
	var biasAt, a *float32
	if bias != nil {
		biasAt = &bias[n.first]
	}
	most, mask := len(n.tiles), n.mask()
	for i := first; i < end; i += most {
		if depth > 0 {
			a = &p.a.Data[i*p.rowStep+from*p.kStep]
		}
		n.tiles[min(most, end-i)-1](depth, a, uintptr(p.rowStep*bytes), uintptr(p.kStep*bytes), &n.data[0],
			&p.out.Data[i*p.n+n.first], uintptr(p.n*bytes), biasAt, mask, flags)
	}
}

// pack lays the columns side by side, zeros where a tile has more.
func (n *panel) pack(p *product, from, depth int) {
	const bytes = 4
	switch {
	case depth == 0:
	case p.turned:
		n.packTurned(p, from, depth)
	case n.step == wide:
		packRows32Masked(&n.data[0], &p.b.Data[from*p.n+n.first], uintptr(p.n*bytes), depth, n.mask())
	default:
		packRows(&n.data[0], &p.b.Data[from*p.n+n.first], uintptr(p.n*bytes), depth, n.mask())
	}
}

// packWide packs all whole panels of a right factor as it is, and adds them.
func (v *avx2) packWide(panels []panel, p *product, from, depth, first, end int) []panel {
	const bytes = 4
	whole, apart := (end-first)/wide, wide*v.cuts.depth
	if whole == 0 {
		return panels
	}
	packRows32(&v.panel[0], uintptr(apart*bytes), &p.b.Data[from*p.n+first], uintptr(p.n*bytes), depth, whole)
	for i := range whole {
		panels = append(panels, panel{v.panel[i*apart:], first + i*wide, wide, wide, wideTiles})
	}
	return panels
}

// packTurned packs a transposed factor, sixteen columns by eight depths at a time
// as far as that goes.
func (n *panel) packTurned(p *product, from, depth int) {
	const bytes = 4
	turn, eights, whole := packColumns16, depth/8, 0
	if n.step == wide {
		turn = packColumns32
	}
	if eights > 0 {
		whole = n.columns / width * width
	}
	for c := 0; c < whole; c += width {
		turn(&n.data[c], &p.b.Data[(n.first+c)*p.depth+from], uintptr(p.depth*bytes), eights)
	}
	for k := range depth {
		clear(n.data[k*n.step+n.columns : (k+1)*n.step])
	}
	n.packSlowly(p, from, 8*eights, depth, 0, whole)
	n.packSlowly(p, from, 0, depth, whole, n.columns)
}

// packSlowly packs the columns first … end−1 of a transposed factor from depth
// start on.
func (n *panel) packSlowly(p *product, from, start, depth, first, end int) {
	for c := first; c < end; c++ {
		src := p.b.Data[(n.first+c)*p.depth+from:][:depth]
		for k := start; k < depth; k++ {
			n.data[k*n.step+c] = src[k]
		}
	}
}
