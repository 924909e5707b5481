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
	f, all := newField(c), x.Rows*c.Places()
	filters := v.conv.packed(w, c)
	v.conv.lines(&f)
	slots := convColumns/f.out + 2
	size := f.plane * c.Channels
	padded, next := room(&v.conv.padded, slots*size+slack), 0
	clear(padded)
	for from := 0; from < all; from += convColumns {
		n := min(convColumns, all-from)
		for ; next <= (from+n-1)/f.out; next++ {
			f.put(padded[next%slots*size:], x.Data[next*c.In():], c.Channels)
		}
		v.conv.answers(&f, &filters, padded, slots, from, n)
		v.conv.deliver(out, b, &f, from, n)
	}
}

// packed lays the filters out in tiles.
func (s *convScratch) packed(w matrix, c kernels.Conv) left {
	depth := c.FanIn()
	to := room(&s.left, depth*c.Filters)
	for t := range s.tileCount(c.Filters) {
		i, h := s.tileAt(t, c.Filters)
		dst := to[i*depth:]
		for k := range depth {
			copy(dst[k*h:][:h], w.Data[k*c.Filters+i:])
		}
	}
	return left{data: to, packed: true, depth: depth}
}

// lines writes where each element of a filter lies, in bytes.
func (s *convScratch) lines(f *field) {
	const bytes = 4
	for e := range room(&s.offsets, f.FanIn()) {
		s.offsets[e] = bytes * f.element(e)
	}
}

// answers computes the columns from … from+n−1, numbered across images.
func (s *convScratch) answers(f *field, filters *left, padded []float32, slots, from, n int) {
	const bytes = 4
	sums, panels := room(&s.sums, f.Filters*convColumns), room(&s.panels, convColumns*s.depth+slack)
	cut := s.cut(filters.depth)
	for first := 0; first < filters.depth; first += cut {
		depth := min(cut, filters.depth-first)
		for j := 0; j < n; j += s.panel {
			s.look(f, slots, from+j, min(s.panel, n-j))
			pack := packPlaces1
			if f.step == 2 {
				pack = packPlaces2
			}
			pack(&panels[j*s.depth], uintptr(s.panel*bytes), &padded[0], &s.offsets[first], depth, &s.segments[0].src, len(s.segments))
		}
		s.times(filters, panels, s.depth, s.whole(n), sums, convColumns, f.Filters, first, depth, first > 0)
	}
}

// look writes the segments of n columns.
func (s *convScratch) look(f *field, slots, from, n int) {
	const bytes = 4
	s.segments = s.segments[:0]
	for lane := 0; lane < n; {
		image, place := (from+lane)/f.out, (from+lane)%f.out
		run := min(narrow, f.outWidth-place%f.outWidth, n-lane)
		src := image%slots*f.plane*f.Channels + f.at(place)
		s.segments = append(s.segments, segment{bytes * src, bytes * lane, bytes * (narrow - run)})
		lane += run
	}
}

// deliver takes the sums to the images' answers, with the bias.
func (s *convScratch) deliver(out, b matrix, f *field, from, n int) {
	var bias []float32
	if len(b.Data) > 0 {
		bias = b.Data[:f.Filters]
	}
	for lane := 0; lane < n; {
		image, place := (from+lane)/f.out, (from+lane)%f.out
		run := min(f.out-place, n-lane)
		shiftRows(out.Data[image*f.Out()+place:], f.out, s.sums[lane:], convColumns, bias, 1, f.Filters, run)
		lane += run
	}
}
