package kernels

// Convolver computes convolutions as products, one image at a time: every place
// of a filter becomes a column of what the filter sees there. Its scratch is
// one image's columns.
type Convolver[T Float] struct{ columns, part []T }

// Conv is Images.Conv with products by mul.
func (v *Convolver[T]) Conv(mul Multiplier[T], out, x, w, b Matrix[T], c Conv) {
	columns := v.room(c)
	for i := range x.Rows {
		spread(columns, x.row(i), c)
		answers := Matrix[T]{c.Filters, c.Places(), out.row(i)}
		mul.MatMul(answers, w, columns, true, false)
		for f, bias := range b.Data[:c.Filters] {
			row := answers.row(f)
			for p := range row {
				row[p] += bias
			}
		}
	}
}

// GradInput is Images.ConvGradInput.
func (v *Convolver[T]) GradInput(mul Multiplier[T], out, w, g Matrix[T], c Conv) {
	columns := v.room(c)
	clear(out.Data)
	for i := range g.Rows {
		mul.MatMul(columns, w, Matrix[T]{c.Filters, c.Places(), g.row(i)}, false, false)
		gather(out.row(i), columns, c)
	}
}

// GradWeight is Images.ConvGradWeight; images are added in order.
func (v *Convolver[T]) GradWeight(mul Multiplier[T], out, x, g Matrix[T], c Conv) {
	columns := v.room(c)
	if cap(v.part) < len(out.Data) {
		v.part = make([]T, len(out.Data))
	}
	part := Matrix[T]{out.Rows, out.Cols, v.part[:len(out.Data)]}
	clear(out.Data)
	for i := range x.Rows {
		spread(columns, x.row(i), c)
		mul.MatMul(part, columns, Matrix[T]{c.Filters, c.Places(), g.row(i)}, false, true)
		for j, d := range part.Data {
			out.Data[j] += d
		}
	}
}

// GradBias is Images.ConvGradBias; images are added in order, then places.
func (v *Convolver[T]) GradBias(out, g Matrix[T], c Conv) {
	clear(out.Data)
	for i := range g.Rows {
		answers := Matrix[T]{c.Filters, c.Places(), g.row(i)}
		for f := range c.Filters {
			for _, d := range answers.row(f) {
				out.Data[f] += d
			}
		}
	}
}

func (v *Convolver[T]) room(c Conv) Matrix[T] {
	n := c.FanIn() * c.Places()
	if cap(v.columns) < n {
		v.columns = make([]T, n)
	}
	return Matrix[T]{c.FanIn(), c.Places(), v.columns[:n]}
}

// lines calls f for every row of answers of every element of a filter: line is
// its place in the columns, from the first element of the image that the
// columns first … last of it see.
func (c Conv) lines(f func(line, from, first, last int)) {
	width := c.OutWidth()
	for element := range c.FanIn() {
		channel, row, col := element/(c.Size*c.Size), element/c.Size%c.Size, element%c.Size
		first, last := max(0, c.Pad-col), min(width, c.Width+c.Pad-col)
		for y := range c.OutHeight() {
			line, from := (element*c.OutHeight()+y)*width, 0
			if in := y + row - c.Pad; in >= 0 && in < c.Height {
				from = (channel*c.Height+in)*c.Width + first + col - c.Pad
				f(line, from, first, max(first, last))
			} else {
				f(line, 0, 0, 0)
			}
		}
	}
}

// spread writes what the filters see of an image.
func spread[T Float](columns Matrix[T], image []T, c Conv) {
	width := c.OutWidth()
	c.lines(func(line, from, first, last int) {
		dst := columns.Data[line:][:width]
		clear(dst[:first])
		copy(dst[first:last], image[from:])
		clear(dst[last:])
	})
}

// gather adds columns to the elements of the image that they were spread from.
func gather[T Float](image []T, columns Matrix[T], c Conv) {
	c.lines(func(line, from, first, last int) {
		for i, v := range columns.Data[line+first : line+last] {
			image[from+i] += v
		}
	})
}

// Conv computes one image at a time.
func (r *Reference[T]) Conv(out, x, w, b Matrix[T], c Conv) { r.convolver.Conv(r, out, x, w, b, c) }

// ConvGradInput computes one image at a time.
func (r *Reference[T]) ConvGradInput(out, w, g Matrix[T], c Conv) {
	r.convolver.GradInput(r, out, w, g, c)
}

// ConvGradWeight computes one image at a time.
func (r *Reference[T]) ConvGradWeight(out, x, g Matrix[T], c Conv) {
	r.convolver.GradWeight(r, out, x, g, c)
}

// ConvGradBias adds one image at a time.
func (r *Reference[T]) ConvGradBias(out, g Matrix[T], c Conv) { r.convolver.GradBias(out, g, c) }
