//go:build !noasm

package cpu

// band is some lines of places whose filters lie equally far in an image: the rows
// of a filter that see nothing but zeros there are left out. A chain without its
// zero terms has the same bits, as long as the filters are finite.
type band struct {
	first, places int // of an image
	row, rows     int // of a filter
	filters       left
	offsets       []int
}

// paddedRoom is the most elements of padded images that a convolution keeps at
// once, unless a single image has more.
const paddedRoom = 512 << 10

// rowsAt are the rows of a filter that see elements of the image from line y on;
// all, where none does.
func (f *field) rowsAt(y int) (row, rows int) {
	first, end := max(0, f.Pad-y*f.step), min(f.Size, f.Height+f.Pad-y*f.step)
	if end <= first {
		return 0, f.Size
	}
	return first, end - first
}

// bands are an image's, from top to bottom.
func (f *field) bands() (out []band) {
	for y := range f.OutHeight() {
		row, rows := f.rowsAt(y)
		if n := len(out); n > 0 && out[n-1].row == row && out[n-1].rows == rows {
			out[n-1].places += f.outWidth
			continue
		}
		out = append(out, band{first: y * f.outWidth, places: f.outWidth, row: row, rows: rows})
	}
	return out
}

// work is what n images' columns take in whole panels, in columns of all rows of
// a filter.
func (s *convScratch) work(f *field, bands []band, n int) (columns float64) {
	for _, b := range bands {
		columns += float64(s.whole(n*b.places)*b.rows) / float64(f.Size)
	}
	return columns
}

// plan picks the bands, one or those of the filter's rows, and how many of so many
// images are computed at once, so that the least is computed. Bands must be worth
// their packing.
func (s *convScratch) plan(f *field, images int) (bands []band, n int) {
	const worth = 0.97
	whole, parts := []band{{places: f.out, rows: f.Size}}, f.bands()
	bands, n = whole, 1
	best := s.work(f, whole, 1)
	for i := 1; i <= images && (i == 1 || i*f.plane*f.Channels <= paddedRoom); i++ {
		if work := s.work(f, whole, i) / float64(i); work < best {
			bands, n, best = whole, i, work
		}
	}
	for i := 1; i <= images && (i == 1 || i*f.plane*f.Channels <= paddedRoom); i++ {
		if work := s.work(f, parts, i) / float64(i); work < worth*best {
			bands, n, best = parts, i, work/worth
		}
	}
	return bands, n
}
