package scores

import (
	"math"

	"sweep/training/kernels"
)

// Points are features (n, d) whose distances are asked for.
type Points struct {
	kernels.Matrix[float32]
	norms []float64 // squared
}

// NewPoints takes the norms of features.
func NewPoints(f kernels.Matrix[float32]) Points {
	p := Points{f, make([]float64, f.Rows)}
	for i := range p.norms {
		for _, v := range row(f, i) {
			p.norms[i] += float64(float64(v) * float64(v))
		}
	}
	return p
}

// distance is the squared distance of rows i and j, in float64.
func distance(a, b Points, i, j int) (sum float64) {
	x, y := row(a.Matrix, i), row(b.Matrix, j)
	for l, v := range x {
		off := float64(v) - float64(y[l])
		sum += float64(off * off)
	}
	return sum
}

type matrix = kernels.Matrix[float32]

// Neighbours looks for near pairs. Products in float32 tell most pairs apart;
// where their error could matter, the distance is taken in float64, so that what
// it finds is what float64 would have found. It serves one goroutine.
type Neighbours struct {
	be       kernels.Backend[float32]
	products []float32
}

// NewNeighbours takes products on a backend.
func NewNeighbours(be kernels.Backend[float32]) *Neighbours { return &Neighbours{be: be} }

// The sizes of a block of products: 1 MiB.
const (
	blockRows = 256
	blockCols = 1024
)

// slack is more than the error of a squared distance taken by a product, as a
// share of both norms' product: twice the product's error, which for the backend
// and its reference together is below 4(d+1)·2⁻²⁴, and float64's rounding.
func slack(d int) float64 { return float64(d+2) * 0x1p-21 }

// blocks calls f for every block: the first row and column, and the products.
func (s *Neighbours) blocks(a, b Points, f func(i, j int, products matrix)) {
	memory := room(&s.products, blockRows*blockCols)
	for i := 0; i < a.Rows; i += blockRows {
		rows := min(blockRows, a.Rows-i)
		x := kernels.Matrix[float32]{Rows: rows, Cols: a.Cols, Data: a.Data[i*a.Cols : (i+rows)*a.Cols]}
		for j := 0; j < b.Rows; j += blockCols {
			cols := min(blockCols, b.Rows-j)
			y := kernels.Matrix[float32]{Rows: cols, Cols: b.Cols, Data: b.Data[j*b.Cols : (j+cols)*b.Cols]}
			out := kernels.Matrix[float32]{Rows: rows, Cols: cols, Data: memory[:rows*cols]}
			s.be.MatMul(out, x, y, false, true)
			f(i, j, out)
		}
	}
}

// Nearest gives, for each row of a, the squared distances to its k nearest rows
// of b in ascending order, (n, k); infinite where b has fewer. With self, a and b
// are the same points and a row is no neighbour of its own.
func (s *Neighbours) Nearest(a, b Points, k int, self bool) []float64 {
	near := make([]float64, a.Rows*k)
	for i := range near {
		near[i] = math.Inf(1)
	}
	roots, bound := lengths(b), slack(a.Cols)
	s.blocks(a, b, func(i, j int, products matrix) {
		for r := range products.Rows {
			at := i + r
			own := near[at*k : (at+1)*k]
			norm, band := a.norms[at], bound*math.Sqrt(a.norms[at])
			for c, p := range row(products, r) {
				low := norm + b.norms[j+c] - 2*float64(p) - float64(band*roots[j+c])
				if low < own[k-1] && !(self && at == j+c) {
					insert(own, distance(a, b, at, j+c))
				}
			}
		}
	})
	return near
}

// insert puts a distance in its place, if it has one.
func insert(near []float64, d float64) {
	for i, v := range near {
		if d < v {
			near[i], d = d, v
		}
	}
}

// lengths are the roots of the norms.
func lengths(p Points) []float64 {
	out := make([]float64, len(p.norms))
	for i, v := range p.norms {
		out[i] = math.Sqrt(v)
	}
	return out
}
