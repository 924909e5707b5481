package kernels

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Reference is the plain Go backend. Its scalar loops are the definition that
// faster backends are compared with.
type Reference[T Float] struct {
	packA, packB []T // grown once, then reused
	convolver    Convolver[T]
}

// NewReference makes a backend for one goroutine.
func NewReference[T Float]() *Reference[T] { return &Reference[T]{} }

// Name tells architecture and precision.
func (r *Reference[T]) Name() string {
	var zero T
	return fmt.Sprintf("cpu-go-%s-fp%d", runtime.GOARCH, 8*unsafe.Sizeof(zero))
}

// Dense computes out = x·w + b, then ReLU.
func (r *Reference[T]) Dense(out, x, w, b Matrix[T], relu bool) {
	r.MatMul(out, x, w, false, false)
	for i := range out.Rows {
		row := out.Data[i*out.Cols:][:len(b.Data)]
		for j, bias := range b.Data {
			row[j] += bias
		}
		if relu {
			for j, y := range row {
				row[j] = max(y, 0) // keeps NaN
			}
		}
	}
}

// ReLUGrad passes g where y is positive.
func (r *Reference[T]) ReLUGrad(out, y, g Matrix[T]) {
	o, gs := out.Data[:len(y.Data)], g.Data[:len(y.Data)]
	for i, v := range y.Data {
		if v > 0 {
			o[i] = gs[i]
		} else {
			o[i] = 0
		}
	}
}

// ColSum adds the rows in order.
func (r *Reference[T]) ColSum(out, x Matrix[T]) {
	clear(out.Data)
	for i := range x.Rows {
		row := x.Data[i*x.Cols:][:len(out.Data)]
		for j, v := range row {
			out.Data[j] += v
		}
	}
}

// RowBroadcast repeats x.
func (r *Reference[T]) RowBroadcast(out, x Matrix[T]) {
	for i := range out.Rows {
		copy(out.Data[i*out.Cols:], x.Data)
	}
}

// Add sums element by element.
func (r *Reference[T]) Add(out, a, b Matrix[T]) {
	o, bs := out.Data[:len(a.Data)], b.Data[:len(a.Data)]
	for i, v := range a.Data {
		o[i] = v + bs[i]
	}
}

// Scale multiplies by c.
func (r *Reference[T]) Scale(out, x Matrix[T], c T) {
	o := out.Data[:len(x.Data)]
	for i, v := range x.Data {
		o[i] = c * v
	}
}

// Finite looks for the first value that is not.
func (r *Reference[T]) Finite(x []T) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// SoftplusMean sums in float64, in order.
func (r *Reference[T]) SoftplusMean(out, l Matrix[T], sign T) {
	var sum float64
	for _, v := range l.Data {
		sum += softplus(float64(sign * v))
	}
	out.Data[0] = T(sum / float64(len(l.Data)))
}

// SoftplusGrad is the derivative of SoftplusMean times g.
func (r *Reference[T]) SoftplusGrad(out, l, g Matrix[T], sign T) {
	c := float64(g.Data[0]) * float64(sign) / float64(len(l.Data))
	for i, v := range l.Data {
		out.Data[i] = T(c * sigmoid(float64(sign*v)))
	}
}

// SigmoidMean sums in float64, in order.
func (r *Reference[T]) SigmoidMean(out, l Matrix[T]) {
	var sum float64
	for _, v := range l.Data {
		sum += sigmoid(float64(v))
	}
	out.Data[0] = T(sum / float64(len(l.Data)))
}
