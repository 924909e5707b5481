package scores

import (
	"math"

	"sweep/training/kernels"
)

// Kernel computes kernel distances; it holds the room that they need and
// serves one goroutine.
type Kernel struct {
	be             kernels.Backend[float32]
	a, b, products []float32
}

// NewKernel takes products on a backend.
func NewKernel(be kernels.Backend[float32]) *Kernel { return &Kernel{be: be} }

// stripe is how many rows of a kernel matrix are in memory at a time.
const stripe = 250

// Within is the sum of k(x, y) over all pairs of different rows, both orders,
// of a subset of features (n, d); k(x, y) = (xᵀy/d + 1)³ (Bińkowski et al.
// 2018). What it gives for real samples can be kept.
func (k *Kernel) Within(f kernels.Matrix[float32], subset []int32) float64 {
	x := gather(&k.a, f, subset)
	sum := k.sum(x, x)
	for i := range x.Rows {
		var square float64
		for _, v := range row(x, i) {
			square += float64(float64(v) * float64(v))
		}
		sum -= cubic(square, x.Cols)
	}
	return sum
}

// Between is the sum of k(x, y) over all pairs of a row of one subset and a row
// of the other.
func (k *Kernel) Between(f kernels.Matrix[float32], subset []int32, g kernels.Matrix[float32], other []int32) float64 {
	return k.sum(gather(&k.a, f, subset), gather(&k.b, g, other))
}

// sum adds the kernel over all pairs of rows, stripe by stripe.
func (k *Kernel) sum(x, y kernels.Matrix[float32]) (total float64) {
	products := room(&k.products, stripe*y.Rows)
	for first := 0; first < x.Rows; first += stripe {
		n := min(stripe, x.Rows-first)
		part := kernels.Matrix[float32]{Rows: n, Cols: x.Cols, Data: x.Data[first*x.Cols : (first+n)*x.Cols]}
		out := kernels.Matrix[float32]{Rows: n, Cols: y.Rows, Data: products[:n*y.Rows]}
		k.be.MatMul(out, part, y, false, true)
		for i := range n {
			var line float64
			for _, p := range row(out, i) {
				line += cubic(float64(p), x.Cols)
			}
			total += line
		}
	}
	return total
}

func cubic(product float64, d int) float64 {
	v := product/float64(d) + 1
	return float64(float64(v*v) * v)
}

// gather copies rows next to each other.
func gather(to *[]float32, f kernels.Matrix[float32], rows []int32) kernels.Matrix[float32] {
	out := kernels.Matrix[float32]{Rows: len(rows), Cols: f.Cols, Data: room(to, len(rows)*f.Cols)}
	for i, r := range rows {
		copy(row(out, i), row(f, int(r)))
	}
	return out
}

// room is n elements of a slice that grows once.
func room(to *[]float32, n int) []float32 {
	if cap(*to) < n {
		*to = make([]float32, n)
	}
	return (*to)[:n]
}

// KernelDistance is the unbiased estimate of the squared maximum mean
// discrepancy of m samples each, from the sums of both sides' Within and their
// Between. It can be a little below zero.
func KernelDistance(withinA, withinB, between float64, m int) float64 {
	pairs := float64(m) * float64(m-1)
	return (withinA+withinB)/pairs - 2*between/(float64(m)*float64(m))
}

// MeanSD is the mean and the standard deviation, with n, of some estimates.
func MeanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		sd += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(sd / float64(len(x)))
}
