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
