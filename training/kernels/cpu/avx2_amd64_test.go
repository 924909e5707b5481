//go:build !noasm

package cpu_test

import (
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/kernels/kerneltest"
)

// The kernels check nothing themselves: what they would do with wrong shapes
// is to write anywhere.
func TestShapesThatDoNotAgreePanic(t *testing.T) {
	be := cpu.New()
	if be.Name() != "cpu-avx2-fp32" {
		return // the reference checks each access
	}
	short := kernels.Matrix[float32]{Rows: 3, Cols: 4, Data: make([]float32, 5)}
	for name, f := range map[string]func(){
		"depth":       func() { be.MatMul(random(3, 5), random(3, 4), random(3, 5), false, false) },
		"rows":        func() { be.MatMul(random(2, 5), random(3, 4), random(4, 5), false, false) },
		"columns":     func() { be.MatMul(random(3, 5), random(3, 4), random(4, 6), false, false) },
		"short left":  func() { be.MatMul(random(3, 5), short, random(4, 5), false, false) },
		"short right": func() { be.MatMul(random(2, 4), random(2, 3), short, false, false) },
		"short out":   func() { be.MatMul(short, random(3, 4), random(4, 4), false, false) },
		"bias":        func() { be.Dense(random(3, 5), random(3, 4), random(4, 5), random(1, 4), false) },
		"add":         func() { be.Add(random(3, 4), random(3, 4), short) },
		"scale":       func() { be.Scale(short, random(3, 4), 2) },
		"relu":        func() { be.ReLUGrad(random(3, 4), random(3, 4), short) },
		"column sum":  func() { be.ColSum(random(1, 3), random(2, 4)) },
		"adam": func() {
			be.Adam(make([]float32, 4), make([]float32, 4), make([]float32, 3), make([]float32, 4), kernels.AdamStep{})
		},
		"activation": func() { be.Activate(short, random(3, 4), random(3, 4), 1, kernels.Activation{Curve: kernels.Softplus}) },
		"noise": func() {
			be.Activate(random(3, 4), random(3, 4), short, 1, kernels.Activation{Curve: kernels.Tanh})
		},
		"slope":       func() { be.ActivateGrad(random(3, 4), random(3, 4), short, kernels.Activation{Curve: kernels.Tanh}) },
		"statistics":  func() { be.BatchStats(random(2, 4), random(3, 4), 1) },
		"normalising": func() { be.BatchNorm(random(3, 4), random(3, 4), random(3, 4), random(1, 3), random(1, 4), true) },
		"way back": func() {
			be.BatchNormGrad(random(3, 4), short, random(3, 4), random(3, 4), random(1, 4), random(2, 4))
		},
		"column scale": func() { be.ColScale(short, random(3, 4), random(1, 4)) },
		"kernels":      func() { be.Similar(random(3, 4), random(3, 6)) },
		"samples":      func() { be.SimilarGrad(short, random(3, 8), random(3, 4)) },
		"softplus":     func() { be.SoftplusGrad(random(1, 3), random(1, 4), random(1, 1), 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestWithoutAVX512AllBitsAreTheSame(t *testing.T) { kerneltest.RunExactly(t, cpu.NewNarrow()) }

// Sums are compared bit by bit, every element: the two paths cut and pack in
// different ways.
func TestProductsWithoutAVX512AreTheSameBits(t *testing.T) {
	wide, narrow := cpu.New(), cpu.NewNarrow()
	for _, depth := range []int{1, 7, 8, 33, 530} {
		for _, rows := range []int{1, 5, 12, 23} {
			for _, columns := range []int{1, 8, 9, 16, 17, 24, 25, 31, 32, 33, 57, 255, 270} {
				for form := range 4 {
					ta, tb := form&1 != 0, form&2 != 0
					a, b := random(rows, depth), random(depth, columns)
					if ta {
						a.Rows, a.Cols = depth, rows
					}
					if tb {
						b.Rows, b.Cols = columns, depth
					}
					got, want := guarded(rows, columns), guarded(rows, columns)
					wide.MatMul(inner(got, rows, columns), a, b, ta, tb)
					narrow.MatMul(inner(want, rows, columns), a, b, ta, tb)
					same(t, got, want, rows, depth, columns, form)
				}
				x, w, bias := random(rows, depth), random(depth, columns), random(1, columns)
				got, want := guarded(rows, columns), guarded(rows, columns)
				wide.Dense(inner(got, rows, columns), x, w, bias, depth%2 == 0)
				narrow.Dense(inner(want, rows, columns), x, w, bias, depth%2 == 0)
				same(t, got, want, rows, depth, columns, 4)
			}
		}
	}
}

// guarded is memory of a matrix with elements before and after it that nothing may
// touch.
func guarded(rows, columns int) []float32 {
	x := make([]float32, 64+rows*columns+64)
	for i := range x {
		x[i] = 7
	}
	return x
}

func inner(x []float32, rows, columns int) kernels.Matrix[float32] {
	return kernels.Matrix[float32]{Rows: rows, Cols: columns, Data: x[64:][:rows*columns]}
}

func same(t *testing.T, got, want []float32, rows, depth, columns, form int) {
	t.Helper()
	for i := range got {
		if got[i] != want[i] || (i < 64 || i >= len(got)-64) && got[i] != 7 {
			t.Fatalf("%d×%d×%d, form %d: element %d is %v, want %v", rows, depth, columns, form, i-64, got[i], want[i])
		}
	}
}
