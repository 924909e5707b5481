package kernels

// Similarity is minibatch discrimination (Salimans et al. 2016, §3.2) in the
// source's form: every pair of samples' closeness, the sample itself left out
// (experiments.md §1.0).
//
// m is (n, dims·kernels): column c·kernels + b is coordinate c of kernel b, so
// that what is added up lies kernels apart.
type Similarity[T Float] interface {
	// Similar writes Σ over j ≠ i of exp(−Σ_c |m_ibc − m_jbc|) to out (n,
	// kernels), j in order. Within (8+n)u of the value plus u·n for distances up
	// to ten.
	Similar(out, m Matrix[T])

	// SimilarGrad computes out = ∂L/∂m for g = ∂L/∂Similar (n, kernels): the sum
	// over j ≠ i of −(g_ib + g_jb)·exp(−distance)·sign(m_ibc − m_jbc), the sign
	// of zero being zero. Within (16+2n)u of the sum of the terms' magnitudes.
	SimilarGrad(out, m, g Matrix[T])
}

// Similar takes each pair once. An element's terms come in the order of the
// other sample all the same: those before it first.
func (r *Reference[T]) Similar(out, m Matrix[T]) {
	clear(out.Data)
	for i := range m.Rows {
		for j := i + 1; j < m.Rows; j++ {
			a, b := out.row(i), out.row(j)
			for k := range a {
				e := closeness(m.row(i)[k:], m.row(j)[k:], out.Cols)
				a[k] += e
				b[k] += e
			}
		}
	}
}

// closeness is exp(−the L1 distance) of coordinates step apart.
func closeness[T Float](a, b []T, step int) T {
	var distance T
	for c := 0; c < len(a); c += step {
		d := a[c] - b[c]
		distance += max(d, -d)
	}
	return expNegativeOf(-distance)
}

// SimilarGrad takes each pair once.
func (r *Reference[T]) SimilarGrad(out, m, g Matrix[T]) {
	clear(out.Data)
	for i := range m.Rows {
		for j := i + 1; j < m.Rows; j++ {
			gi, gj := g.row(i), g.row(j)
			for k := range gi {
				t := (gi[k] + gj[k]) * closeness(m.row(i)[k:], m.row(j)[k:], g.Cols)
				push(out.row(i)[k:], out.row(j)[k:], m.row(i)[k:], m.row(j)[k:], g.Cols, t)
			}
		}
	}
}

// push moves the coordinates of a pair apart by t in the gradient.
func push[T Float](gi, gj, a, b []T, step int, t T) {
	for c := 0; c < len(a); c += step {
		d := a[c] - b[c]
		s := t
		switch {
		case d == 0:
			s = 0
		case d < 0:
			s = -t
		}
		gi[c] -= s
		gj[c] += s
	}
}
