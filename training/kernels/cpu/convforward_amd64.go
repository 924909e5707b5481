//go:build !noasm

package cpu

import "sweep/training/kernels"

// Conv multiplies the filters with what they see at 256 places at a time. Its sums
// are chains in the order of a filter's elements; the bias comes last.
func (v *avx2) Conv(out, x, w, b matrix, c kernels.Conv) {
	if c.Step() > 2 || c.Filters == 0 || x.Rows == 0 {
		v.convolver.Conv(v, out, x, w, b, c)
		return
	}
	checkConv(x, w, out, c)
	f := newField(c)
	bands, images := v.conv.plan(&f, x.Rows)
	v.conv.pack(&f, bands, w)
	size := f.plane * c.Channels
	padded := room(&v.conv.padded, images*size+slack)
	clear(padded)
	for first := 0; first < x.Rows; first += images {
		n := min(images, x.Rows-first)
		for i := range n {
			f.put(padded[i*size:], x.Data[(first+i)*c.In():], c.Channels)
		}
		for i := range bands {
			v.conv.answers(&f, &bands[i], out, b, first, n)
		}
	}
}

// pack lays the elements of the filters that each band needs out in tiles, and
// writes where they lie in a padded image.
func (s *convScratch) pack(f *field, bands []band, w matrix) {
	total := 0
	for _, b := range bands {
		total += f.Channels * b.rows * f.Size
	}
	tiles, offsets := room(&s.left, total*f.Filters), room(&s.offsets, total)
	for i := range bands {
		b := &bands[i]
		depth := f.Channels * b.rows * f.Size
		b.filters, b.offsets = left{data: tiles[:depth*f.Filters], packed: true, depth: depth}, offsets[:depth]
		tiles, offsets = tiles[depth*f.Filters:], offsets[depth:]
		s.packBand(f, b, w)
	}
}

func (s *convScratch) packBand(f *field, b *band, w matrix) {
	const bytes = 4
	square, each := f.Size*f.Size, b.rows*f.Size
	for k := range b.offsets {
		e := k/each*square + b.row*f.Size + k%each
		b.offsets[k] = bytes * f.element(e)
		for t := range s.tileCount(f.Filters) {
			i, h := s.tileAt(t, f.Filters)
			copy(b.filters.data[i*b.filters.depth+k*h:][:h], w.Data[e*f.Filters+i:])
		}
	}
}

// answers computes a band's columns of n images, numbered across images.
func (s *convScratch) answers(f *field, b *band, out, bias matrix, first, n int) {
	const bytes = 4
	sums, panels := room(&s.sums, f.Filters*convColumns), room(&s.panels, convColumns*s.depth+slack)
	pack := packPlaces1
	if f.step == 2 {
		pack = packPlaces2
	}
	cut, all := s.cut(b.filters.depth), n*b.places
	for from := 0; from < all; from += convColumns {
		columns := min(convColumns, all-from)
		s.look(f, b, from, columns)
		for start := 0; start < b.filters.depth; start += cut {
			depth := min(cut, b.filters.depth-start)
			for i, end := range s.ends {
				begin := 0
				if i > 0 {
					begin = s.ends[i-1]
				}
				pack(&panels[i*s.panel*s.depth], uintptr(s.panel*bytes), &s.padded[0], &b.offsets[start], depth, &s.segments[begin].src, end-begin)
			}
			s.times(&b.filters, panels, s.depth, s.whole(columns), sums, convColumns, f.Filters, start, depth, start > 0)
		}
		s.deliver(f, b, out, bias, first, from, columns)
	}
}

// look writes the segments of n columns, panel by panel, and where each panel's
// end.
func (s *convScratch) look(f *field, b *band, from, n int) {
	const bytes = 4
	s.segments, s.ends = s.segments[:0], s.ends[:0]
	for lane := 0; lane < n; {
		image, place := (from+lane)/b.places, b.first+(from+lane)%b.places
		run := min(narrow, f.outWidth-place%f.outWidth, s.panel-lane%s.panel, n-lane)
		src := image*f.plane*f.Channels + f.at(place)
		s.segments = append(s.segments, segment{bytes * src, bytes * (lane % s.panel), bytes * (narrow - run)})
		if lane += run; lane%s.panel == 0 || lane == n {
			s.ends = append(s.ends, len(s.segments))
		}
	}
}

// deliver takes the sums of n columns to the images' answers, with the bias.
func (s *convScratch) deliver(f *field, b *band, out, bias matrix, first, from, n int) {
	var by []float32
	if len(bias.Data) > 0 {
		by = bias.Data[:f.Filters]
	}
	for lane := 0; lane < n; {
		image, place := first+(from+lane)/b.places, (from+lane)%b.places
		run := min(b.places-place, n-lane)
		shiftRows(out.Data[image*f.Out()+b.first+place:], f.out, s.sums[lane:], convColumns, by, 1, f.Filters, run)
		lane += run
	}
}
