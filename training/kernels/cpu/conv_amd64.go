//go:build !noasm

package cpu

import "sweep/training/kernels"

// A convolution is a product whose right factor is never written out: panels of
// columns are packed from the images as they are needed. Columns go on across
// images, so that few of a panel are lost where an image has few places.
//
// A tile's rows of the left factor (24 kB at most) stay in the first cache, a block
// of panels (512 kB at most) and its sums in the second.
const (
	convColumns = 256
	convGroup   = 48 << 10 // of sums
	slack       = 32       // elements that are read and written past a scratch's end
)

// convScratch is grown once, then reused.
type convScratch struct {
	tiles    []tile
	panel    int       // columns of a panel: those of the tiles
	depth    int       // that is computed at a time
	padded   []float32 // images with zeros around them
	panels   []float32
	left     []float32
	sums     []float32
	zeros    []float32
	offsets  []int
	places   []int
	segments []segment
	ends     []int // of the segments of each panel
}

// segment is up to eight columns beside each other in memory and in a panel: where
// they begin there, and the mask of their number, in bytes.
type segment struct{ src, dst, mask int }

// room is the first n of a scratch, which grows to it.
func room[T any](scratch *[]T, n int) []T {
	if cap(*scratch) < n {
		*scratch = make([]T, n)
	}
	*scratch = (*scratch)[:n]
	return *scratch
}

// field is a convolution over images with their zeros written around them.
type field struct {
	kernels.Conv
	step          int
	width, plane  int // elements of a row and of a channel, zeros included
	outWidth, out int // places of a row and of a filter
}

func newField(c kernels.Conv) field {
	width := c.Width + 2*c.Pad
	return field{Conv: c, step: c.Step(), width: width, plane: width * (c.Height + 2*c.Pad), outWidth: c.OutWidth(), out: c.Places()}
}

// at is where what the filters see at a place begins in a padded image.
func (f *field) at(place int) int {
	return f.step * (place/f.outWidth*f.width + place%f.outWidth)
}

// element is where an element of a filter lies from there.
func (f *field) element(e int) int {
	square := f.Size * f.Size
	return e/square*f.plane + e%square/f.Size*f.width + e%f.Size
}

// put writes channels of an image into the middle of zeros.
func (f *field) put(padded, image []float32, channels int) {
	image = image[:channels*f.Height*f.Width]
	for c := range channels {
		dst, src := padded[c*f.plane+f.Pad*f.width+f.Pad:], image[c*f.Height*f.Width:]
		copyRows(dst, f.width, src, f.Width, f.Height, f.Width)
	}
}

// checkConv checks the operands, because the kernels do not: images, filters and
// answers.
func checkConv(images, w, answers matrix, c kernels.Conv) {
	if images.Rows != answers.Rows || c.OutHeight() < 1 || c.OutWidth() < 1 || c.Pad < 0 || len(images.Data) < images.Rows*c.In() ||
		len(w.Data) < c.FanIn()*c.Filters || len(answers.Data) < images.Rows*c.Out() {
		panic("cpu: the shapes of a convolution do not agree")
	}
}

// copyRows copies rows of n elements.
func copyRows(dst []float32, dstStep int, src []float32, srcStep, rows, n int) {
	shiftRows(dst, dstStep, src, srcStep, nil, 0, rows, n)
}

// shiftRows adds by[i·byStep] to row i; without by it copies.
func shiftRows(dst []float32, dstStep int, src []float32, srcStep int, by []float32, byStep, rows, n int) {
	const bytes = 4
	if by == nil {
		by, byStep = noBias[:], 0
	}
	shiftRuns(&dst[0], uintptr(dstStep*bytes), &src[0], uintptr(srcStep*bytes), &by[0], uintptr(byStep*bytes), rows, n)
}

// left is a product's left factor: element (i, k) is data[i·rowStep + k·kStep], or,
// where it is packed, tiles of its rows one after the other, each depth by depth.
type left struct {
	data           []float32
	rowStep, kStep int
	packed         bool
	depth          int // of a packed one
}

// newConvScratch picks the tiles.
func newConvScratch(avx512 bool) convScratch {
	if avx512 {
		return convScratch{tiles: wideTiles, panel: wide, depth: wideCuts.depth}
	}
	return convScratch{tiles: tiles, panel: width, depth: narrowCuts.depth}
}

// tileCount is how many tiles some rows are divided into, as evenly as can be.
func (s *convScratch) tileCount(rows int) int { return (rows + len(s.tiles) - 1) / len(s.tiles) }

// tileAt is the first row of a tile and how many it has.
func (s *convScratch) tileAt(t, rows int) (first, height int) {
	count := s.tileCount(rows)
	first, height = t*(rows/count)+min(t, rows%count), rows/count
	if t < rows%count {
		height++
	}
	return first, height
}

// tile is where depth from of the tile of h rows from row i on lies, and its steps.
func (l *left) tile(i, h, from int) (at *float32, rowStep, kStep uintptr) {
	const bytes = 4
	if l.packed {
		return &l.data[i*l.depth+from*h], bytes, uintptr(h * bytes)
	}
	return &l.data[i*l.rowStep+from*l.kStep], uintptr(l.rowStep * bytes), uintptr(l.kStep * bytes)
}

// times computes sums (rows, columns), whose rows lie step apart, of l's depths from
// … from+depth−1 and the panels of so many columns, each panelDepth deep. With goOn
// the sums go on from what is there.
func (s *convScratch) times(l *left, panels []float32, panelDepth, columnCount int, sums []float32, step, rows, from, depth int, goOn bool) {
	const bytes = 4
	flags := uint(0)
	if goOn {
		flags = fromC
	}
	mask := &columns[wide-s.panel]
	for first := 0; first < columnCount; first += convColumns {
		for t := range s.tileCount(rows) {
			i, h := s.tileAt(t, rows)
			a, rowStep, kStep := l.tile(i, h, from)
			for j := first; j < min(first+convColumns, columnCount); j += s.panel {
				s.tiles[h-1](depth, a, rowStep, kStep, &panels[j*panelDepth], &sums[i*step+j], uintptr(step*bytes), nil, mask, flags)
			}
		}
	}
}

// cut cuts a depth evenly.
func (s *convScratch) cut(depth int) int {
	cuts := (depth + s.depth - 1) / s.depth
	return (depth + cuts - 1) / cuts
}

// whole is n rounded up to whole panels.
func (s *convScratch) whole(n int) int { return (n + s.panel - 1) / s.panel * s.panel }
