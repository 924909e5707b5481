package kernels

// Logits are operations on rows of a few logits or features. l is (n, c).
type Logits[T Float] interface {
	// LogSumExp writes log Σ exp of each row to out (n, 1), with the largest
	// logit taken out first (experiments.md §8.3). Within 4u·(|value|+1).
	LogSumExp(out, l Matrix[T])

	// Softmax writes each row's exp(l)/Σ exp(l) to out. Within 8u of the value
	// plus 2^−120.
	Softmax(out, l Matrix[T])

	// CrossEntropy writes the mean over the rows of log Σ exp(l) − Σ y·l to out
	// (1, 1); y (n, c) has a one in the label's column, zeros elsewhere. Within
	// 8u·(1+max|l|).
	CrossEntropy(out, l, y Matrix[T])

	// RowScale multiplies row i of x (n, c) by s (n, 1); RowSum sums the columns
	// of x in order into out (n, 1), within 2c·u·Σ|x|; ColBroadcast writes x
	// (n, 1) to every column of out. The others are exact.
	RowScale(out, x, s Matrix[T])
	RowSum(out, x Matrix[T])
	ColBroadcast(out, x Matrix[T])

	// Mul computes out = a·b element by element, exact; Dot writes Σ a·b over all
	// elements, in order, to out (1, 1), within 2u·Σ|a·b|; ScaleBy computes
	// out = s·x for a scalar s (1, 1), exact.
	Mul(out, a, b Matrix[T])
	Dot(out, a, b Matrix[T])
	ScaleBy(out, x, s Matrix[T])

	// Cut copies the block of x that begins at (row, col) and has out's shape;
	// Put copies x into the block of out that begins there and leaves the rest of
	// out as it is; Fill sets every element. Exact.
	Cut(out, x Matrix[T], row, col int)
	Put(out, x Matrix[T], row, col int)
	Fill(out Matrix[T], c T)
}

// LogSumExp computes in float64.
func (r *Reference[T]) LogSumExp(out, l Matrix[T]) {
	for i := range l.Rows {
		out.Data[i] = T(logSumExp(l.row(i)))
	}
}

func logSumExp[T Float](l []T) float64 {
	top := l[0]
	for _, v := range l {
		top = max(top, v) // keeps NaN
	}
	if top-top != 0 {
		return float64(top) // infinite or NaN, as is the result
	}
	var sum float64
	for _, v := range l {
		sum += Exp(float64(v) - float64(top))
	}
	return float64(top) + Log(sum)
}

// Softmax computes in float64.
func (r *Reference[T]) Softmax(out, l Matrix[T]) {
	for i := range l.Rows {
		o, s := out.row(i), logSumExp(l.row(i))
		for j, v := range l.row(i) {
			o[j] = T(Exp(float64(v) - s))
		}
	}
}

// CrossEntropy computes and sums in float64, in order.
func (r *Reference[T]) CrossEntropy(out, l, y Matrix[T]) {
	var sum float64
	for i := range l.Rows {
		ys, picked := y.row(i), 0.0
		for j, v := range l.row(i) {
			picked += float64(float64(ys[j]) * float64(v))
		}
		sum += logSumExp(l.row(i)) - picked
	}
	out.Data[0] = T(sum / float64(l.Rows))
}

// RowScale multiplies row by row.
func (r *Reference[T]) RowScale(out, x, s Matrix[T]) {
	for i := range x.Rows {
		o, c := out.row(i), s.Data[i]
		for j, v := range x.row(i) {
			o[j] = c * v
		}
	}
}

// RowSum adds the columns in order.
func (r *Reference[T]) RowSum(out, x Matrix[T]) {
	for i := range x.Rows {
		var sum T
		for _, v := range x.row(i) {
			sum += v
		}
		out.Data[i] = sum
	}
}

// ColBroadcast repeats x.
func (r *Reference[T]) ColBroadcast(out, x Matrix[T]) {
	for i := range out.Rows {
		for j := range out.row(i) {
			out.Data[i*out.Cols+j] = x.Data[i]
		}
	}
}

// Mul multiplies element by element.
func (r *Reference[T]) Mul(out, a, b Matrix[T]) {
	o, bs := out.Data[:len(a.Data)], b.Data[:len(a.Data)]
	for i, v := range a.Data {
		o[i] = v * bs[i]
	}
}

// Dot sums in float64, in order.
func (r *Reference[T]) Dot(out, a, b Matrix[T]) {
	var sum float64
	for i, v := range a.Data {
		sum += float64(float64(v) * float64(b.Data[i]))
	}
	out.Data[0] = T(sum)
}

// ScaleBy multiplies by s.
func (r *Reference[T]) ScaleBy(out, x, s Matrix[T]) { r.Scale(out, x, s.Data[0]) }

// Cut copies row by row.
func (r *Reference[T]) Cut(out, x Matrix[T], row, col int) {
	for i := range out.Rows {
		copy(out.row(i), x.row(row + i)[col:][:out.Cols])
	}
}

// Put copies row by row.
func (r *Reference[T]) Put(out, x Matrix[T], row, col int) {
	for i := range x.Rows {
		copy(out.row(row + i)[col:][:x.Cols], x.row(i))
	}
}

// Fill sets every element.
func (r *Reference[T]) Fill(out Matrix[T], c T) {
	for i := range out.Data {
		out.Data[i] = c
	}
}
