package scores

import "math"

// maxSweeps bounds the rotations; matrices of a hundred rows need about ten.
const maxSweeps = 60

// eigen finds the eigenvalues of a symmetric matrix (d, d), which it destroys,
// and its eigenvectors, the rows of vectors, by Jacobi's rotations in cyclic
// order (Golub and Van Loan, Matrix Computations, 8.5). They were taken over a
// library's QR steps because their bits are the same on all hardware: no
// operation is fused and no sum is cut.
func eigen(a []float64, d int) (values, vectors []float64) {
	vectors = make([]float64, d*d)
	for i := range d {
		vectors[i*d+i] = 1
	}
	for range maxSweeps {
		if !sweep(a, vectors, d) {
			break
		}
	}
	values = make([]float64, d)
	for i := range values {
		values[i] = a[i*d+i]
	}
	return values, vectors
}

// sweep rotates away every element that its diagonal elements do not dwarf, and
// tells whether there was one.
func sweep(a, vectors []float64, d int) (rotated bool) {
	for p := range d - 1 {
		for q := p + 1; q < d; q++ {
			small := math.Abs(a[p*d+q]) * 0x1p60
			if !(small > math.Abs(a[p*d+p])) && !(small > math.Abs(a[q*d+q])) {
				a[p*d+q], a[q*d+p] = 0, 0
				continue
			}
			rotated = true
			c, s := angle(a[p*d+p], a[q*d+q], a[p*d+q])
			rotateRows(a, d, p, q, c, s)
			rotateColumns(a, d, p, q, c, s)
			a[p*d+q], a[q*d+p] = 0, 0
			rotateRows(vectors, d, p, q, c, s)
		}
	}
	return rotated
}

// angle is the rotation, cosine and sine, that makes ((pp, pq), (pq, qq))
// diagonal, the smaller of the two.
func angle(pp, qq, pq float64) (c, s float64) {
	tau := (qq - pp) / (2 * pq)
	t := 1 / (math.Abs(tau) + math.Sqrt(1+float64(tau*tau)))
	if tau < 0 {
		t = -t
	}
	c = 1 / math.Sqrt(1+float64(t*t))
	return c, t * c
}

func rotateRows(a []float64, d, p, q int, c, s float64) {
	x, y := a[p*d:(p+1)*d], a[q*d:(q+1)*d]
	for i, v := range x {
		x[i] = float64(c*v) - float64(s*y[i])
		y[i] = float64(s*v) + float64(c*y[i])
	}
}

func rotateColumns(a []float64, d, p, q int, c, s float64) {
	for i := range d {
		x, y := a[i*d+p], a[i*d+q]
		a[i*d+p] = float64(c*x) - float64(s*y)
		a[i*d+q] = float64(s*x) + float64(c*y)
	}
}
