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
	gradients := v.conv.gradients(&f, g)
	for from := 0; from < c.FanIn(); from += convColumns {
		v.conv.elements(&f, out, x, &gradients, from, min(convColumns, c.FanIn()-from))
	}
}

// elements computes the derivatives by n of each filter's elements.
func (s *convScratch) elements(f *field, out, x matrix, gradients *left, from, n int) {
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
		g := s.gradientsFrom(f, gradients, first)
		s.times(&g, s.panels, s.depth, s.whole(n), sums, convColumns, f.Filters, 0, depth, first > 0)
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

// apart keeps rows of a left factor out of each other's lines of the first cache.
const apart = 16

// gradients is the left factor: g itself where a cut is of one image, otherwise the
// places of all images one after the other.
func (s *convScratch) gradients(f *field, g matrix) left {
	if f.out > s.depth/2 {
		return left{data: g.Data, rowStep: f.out, kStep: 1}
	}
	step := g.Rows*f.out + apart
	all := room(&s.left, f.Filters*step)
	for i := range g.Rows {
		copyRows(all[i*f.out:], step, g.Data[i*f.Out():], f.out, f.Filters, f.out)
	}
	return left{data: all, rowStep: step, kStep: 1}
}

// gradientsFrom is the left factor from a place on.
func (s *convScratch) gradientsFrom(f *field, g *left, first int) left {
	from := *g
	if f.out > s.depth/2 {
		first = first/f.out*f.Out() + first%f.out
	}
	from.data = g.data[first:]
	return from
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
