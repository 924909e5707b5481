//go:build !noasm

package cpu

import "sweep/training/kernels"

// ConvGradInput is ConvTranspose without a bias.
func (v *avx2) ConvGradInput(out, w, g matrix, c kernels.Conv) {
	v.ConvTranspose(out, g, w, matrix{}, c)
}

// ConvTranspose computes what each answer gives to the elements that its filter
// saw, some channels at a time, and adds it up in the order of a filter's elements.
func (v *avx2) ConvTranspose(out, x, w, b matrix, c kernels.Conv) {
	if c.Step() > 2 || c.Filters == 0 || x.Rows == 0 {
		v.convolver.Transpose(v, out, x, w, b, c)
		return
	}
	checkConv(out, w, x, c)
	f := newField(c)
	images := v.conv.together(f.out)
	for first := 0; first < x.Rows; first += images {
		v.conv.scatter(&f, out, x, w, b, first, min(images, x.Rows-first))
	}
}

// together is how many images' columns fill whole panels best.
func (s *convScratch) together(places int) int {
	least := max(1, convColumns/places)
	best := least
	for n := least; n <= least+3; n++ {
		if s.whole(n*places)*best < s.whole(best*places)*n {
			best = n
		}
	}
	return best
}

// scatter computes n images.
func (s *convScratch) scatter(f *field, out, x, w, b matrix, first, n int) {
	square, step := f.Size*f.Size, s.whole(n*f.out)
	s.columnsOf(f, x.Data[first*f.Out():], n)
	group := min(f.Channels, max(1, convGroup/(square*step)))
	sums := room(&s.sums, group*square*step+slack)
	for channel := 0; channel < f.Channels; channel += group {
		channels := min(group, f.Channels-channel)
		filters := left{data: w.Data[channel*square*f.Filters:], rowStep: f.Filters, kStep: 1}
		cut := s.cut(f.Filters)
		for from := 0; from < f.Filters; from += cut {
			s.times(&filters, s.panels[from*s.panel:], f.Filters, step, sums, step, channels*square, from, min(cut, f.Filters-from), from > 0)
		}
		for i := range n {
			s.gather(f, sums[i*f.out:], step, channels)
			s.hand(f, out.Data[(first+i)*f.In():], b, channel, channels)
		}
	}
}

// columnsOf packs the answers of n images, filter by filter.
func (s *convScratch) columnsOf(f *field, x []float32, n int) {
	const bytes = 4
	for i := range room(&s.offsets, f.Filters) {
		s.offsets[i] = bytes * i * f.out
	}
	all := n * f.out
	panels := room(&s.panels, s.whole(all)*f.Filters+slack)
	for j := 0; j < all; j += s.panel {
		s.segments = s.segments[:0]
		for lane := 0; lane < min(s.panel, all-j); {
			image, place := (j+lane)/f.out, (j+lane)%f.out
			run := min(narrow, f.out-place, min(s.panel, all-j)-lane)
			s.segments = append(s.segments, segment{bytes * (image*f.Out() + place), bytes * lane, bytes * (narrow - run)})
			lane += run
		}
		packPlaces1(&panels[j*f.Filters], uintptr(s.panel*bytes), &x[0], &s.offsets[0], f.Filters, &s.segments[0].src, len(s.segments))
	}
}

// gather adds up the columns of some channels of one image.
func (s *convScratch) gather(f *field, sums []float32, step, channels int) {
	const bytes = 4
	padded := room(&s.padded, channels*f.plane+slack)
	clear(padded)
	square, dstStep := f.Size*f.Size, uintptr(f.step*f.width*bytes)
	if f.step == 2 && f.Size%2 == 1 {
		clear(room(&s.zeros, f.out+slack))
	}
	for e := 0; e < channels*square; e++ {
		a, dst := &sums[e*step], &padded[f.element(e)]
		if f.step == 1 {
			addRuns1(dst, dstStep, a, a, uintptr(f.outWidth*bytes), f.OutHeight(), f.outWidth)
			continue
		}
		if e%f.Size+1 == f.Size {
			addRuns2(dst, dstStep, a, &s.zeros[0], uintptr(f.outWidth*bytes), f.OutHeight(), f.outWidth)
			continue
		}
		e++
		addRuns2(dst, dstStep, a, &sums[e*step], uintptr(f.outWidth*bytes), f.OutHeight(), f.outWidth)
	}
}

// hand takes what was gathered to an image, with the channels' biases.
func (s *convScratch) hand(f *field, image []float32, b matrix, channel, channels int) {
	places := f.Height * f.Width
	for c := range channels {
		var bias []float32
		if len(b.Data) > 0 {
			bias = b.Data[channel+c : f.Channels]
		}
		shiftRows(image[(channel+c)*places:], f.Width, s.padded[c*f.plane+f.Pad*f.width+f.Pad:], f.width, bias, 0, f.Height, f.Width)
	}
}
