//go:build !noasm

package cpu

import "sweep/training/kernels"

// ConvGradWeight multiplies the answers' gradients with what the filters saw, so
// many of a filter's elements at a time that their sums stay in the second cache.
// A sum is one chain over all images. Without a stride it is the sum of the images'
// chains, as it always was.
func (v *avx2) ConvGradWeight(out, x, g matrix, c kernels.Conv) {
	if c.Step() != 2 || c.Filters == 0 || x.Rows == 0 {
		v.convolver.GradWeight(v, out, x, g, c)
		return
	}
	checkConv(x, out, g, c)
	f := newField(c)
	for from := 0; from < c.FanIn(); from += convColumns {
		v.conv.elements(&f, out, x, g, from, min(convColumns, c.FanIn()-from))
	}
}

// elements computes the derivatives by n of each filter's elements.
func (s *convScratch) elements(f *field, out, x, g matrix, from, n int) {
	square := f.Size * f.Size
	channel, end := from/square, (from+n-1)/square+1
	slots, size, next := s.depth/f.out+2, (end-channel)*f.plane, 0
	padded := room(&s.padded, slots*size+slack)
	clear(padded)
	sums := room(&s.sums, f.Filters*convColumns)
	cut := s.depth
	if f.out > s.depth/2 {
		cut = s.cut(f.out)
	}
	for first, depth := 0, 0; first < x.Rows*f.out; first += depth {
		if depth = min(cut, x.Rows*f.out-first); f.out > s.depth/2 {
			depth = min(cut, f.out-first%f.out)
		}
		for ; next <= (first+depth-1)/f.out; next++ {
			f.put(padded[next%slots*size:], x.Data[next*f.In()+channel*f.Height*f.Width:], end-channel)
		}
		s.see(f, first, depth, slots, size)
		s.patches(f, padded, from-channel*square, n, depth)
		gradients := s.gradients(f, g, first, depth)
		s.times(&gradients, s.panels, s.depth, s.whole(n), sums, convColumns, f.Filters, 0, depth, first > 0)
	}
	turn(out.Data[from*f.Filters:], f.Filters, sums, convColumns, n)
}

// see writes where what the filters see begins, for depth places from first on,
// numbered across images; in bytes.
func (s *convScratch) see(f *field, first, depth, slots, size int) {
	const bytes = 4
	for i := range room(&s.places, depth) {
		image, place := (first+i)/f.out, (first+i)%f.out
		s.places[i] = bytes * (image%slots*size + f.at(place))
	}
}

// patches packs n elements of what the filters see at those places, from element
// from on.
func (s *convScratch) patches(f *field, padded []float32, from, n, depth int) {
	const bytes = 4
	panels, step := room(&s.panels, convColumns*s.depth+slack), uintptr(s.panel*bytes)
	for j := 0; j < n; j += width { // a panel has one or two parts of sixteen
		part := &panels[j/s.panel*s.panel*s.depth+j%s.panel]
		if f.Size == 4 {
			packPatches4(part, step, &padded[f.element(from+j)], uintptr(f.width*bytes), &s.places[0], depth)
			continue
		}
		for lane := range room(&s.offsets, width) {
			s.offsets[lane] = bytes * f.element(from+min(j+lane, n-1))
		}
		packPatches(part, step, &padded[0], &s.offsets[0], &s.places[0], depth)
	}
}

// gradients is the left factor for depth places from first on: g itself where they
// are of one image.
func (s *convScratch) gradients(f *field, g matrix, first, depth int) left {
	if image, place := first/f.out, first%f.out; place+depth <= f.out {
		return left{data: g.Data[image*f.Out()+place:], rowStep: f.out, kStep: 1}
	}
	all := room(&s.left, f.Filters*s.depth)
	for at := 0; at < depth; {
		image, place := (first+at)/f.out, (first+at)%f.out
		run := min(f.out-place, depth-at)
		copyRows(all[at:], s.depth, g.Data[image*f.Out()+place:], f.out, f.Filters, run)
		at += run
	}
	return left{data: all, rowStep: s.depth, kStep: 1}
}

// turn writes sums (rows, n), whose rows lie step apart, as out (n, rows).
func turn(out []float32, rows int, sums []float32, step, n int) {
	for first := 0; first < rows; first += width {
		last := min(first+width, rows)
		for j := range n {
			dst := out[j*rows+first : j*rows+last]
			for i := range dst {
				dst[i] = sums[(first+i)*step+j]
			}
		}
	}
}
