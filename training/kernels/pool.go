package kernels

// MaxPool looks at each square row by row.
func (r *Reference[T]) MaxPool(out, x Matrix[T], p Pool) {
	for i := range x.Rows {
		image, o := x.row(i), out.row(i)
		p.squares(func(at, first int) { o[at] = image[largest(image, first, p)] })
	}
}

// MaxPoolGrad finds the largest elements again.
func (r *Reference[T]) MaxPoolGrad(out, x, g Matrix[T], p Pool) {
	clear(out.Data)
	for i := range x.Rows {
		image, o, gs := x.row(i), out.row(i), g.row(i)
		p.squares(func(at, first int) { o[largest(image, first, p)] = gs[at] })
	}
}

// squares calls f with each square's place in the result and its first element.
func (p Pool) squares(f func(at, first int)) {
	at := 0
	for channel := range p.Channels {
		for y := range p.Height / p.Size {
			for x := range p.Width / p.Size {
				f(at, (channel*p.Height+y*p.Size)*p.Width+x*p.Size)
				at++
			}
		}
	}
}

// largest is the place of the square's first largest element, or of its first
// NaN.
func largest[T Float](image []T, first int, p Pool) int {
	best := first
	for y := range p.Size {
		for x := range p.Size {
			at := first + y*p.Width + x
			if v := image[at]; v > image[best] || v != v && image[best] == image[best] {
				best = at
			}
		}
	}
	return best
}
