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
		shift(answers, b)
	}
}

// Transpose is Images.ConvTranspose.
func (v *Convolver[T]) Transpose(mul Multiplier[T], out, x, w, b Matrix[T], c Conv) {
	v.GradInput(mul, out, w, x, c)
	for i := range out.Rows {
		shift(Matrix[T]{c.Channels, c.Height * c.Width, out.row(i)}, b)
	}
}

// shift adds an element of b to each row; there may be none.
func shift[T Float](x, b Matrix[T]) {
	if len(b.Data) == 0 {
		return
	}
	for f, bias := range b.Data[:x.Rows] {
		row := x.row(f)
		for p := range row {
			row[p] += bias
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

// GradBias is Images.ConvGradBias; images are added in order, then places. With
// a stride it is ChannelSum, in that one's order.
func (v *Convolver[T]) GradBias(sum Channels[T], out, g Matrix[T], c Conv) {
	if c.Step() > 1 {
		sum.ChannelSum(out, g)
		return
	}
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
// columns first … last of it see, each a stride after the one before.
func (c Conv) lines(f func(line, from, first, last int)) {
	width, step := c.OutWidth(), c.Step()
	for element := range c.FanIn() {
		channel, row, col := element/(c.Size*c.Size), element/c.Size%c.Size, element%c.Size
		first := min(width, max(0, (c.Pad-col+step-1)/step))
		last := min(width, max(0, floorDivide(c.Width-1+c.Pad-col, step)+1))
		for y := range c.OutHeight() {
			line := (element*c.OutHeight() + y) * width
			if in := y*step + row - c.Pad; in >= 0 && in < c.Height && first < last {
				f(line, (channel*c.Height+in)*c.Width+first*step+col-c.Pad, first, last)
			} else {
				f(line, 0, 0, 0)
			}
		}
	}
}

// spread writes what the filters see of an image.
func spread[T Float](columns Matrix[T], image []T, c Conv) {
	width, step := c.OutWidth(), c.Step()
	c.lines(func(line, from, first, last int) {
		dst := columns.Data[line:][:width]
		clear(dst[:first])
		if step == 1 {
			copy(dst[first:last], image[from:])
		} else {
			for i := first; i < last; i++ {
				dst[i] = image[from+(i-first)*step]
			}
		}
		clear(dst[last:])
	})
}

// gather adds columns to the elements of the image that they were spread from.
func gather[T Float](image []T, columns Matrix[T], c Conv) {
	step := c.Step()
	c.lines(func(line, from, first, last int) {
		for i, v := range columns.Data[line+first : line+last] {
			image[from+i*step] += v
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
func (r *Reference[T]) ConvGradBias(out, g Matrix[T], c Conv) { r.convolver.GradBias(r, out, g, c) }

// ConvTranspose computes one image at a time.
func (r *Reference[T]) ConvTranspose(out, x, w, b Matrix[T], c Conv) {
	r.convolver.Transpose(r, out, x, w, b, c)
}
