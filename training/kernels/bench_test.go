package kernels_test

import (
	"testing"

	"sweep/training/kernels"
)

// BenchmarkMatMul times the products of one pass through the source's ring
// model (batch 100, z 256), in multiply-adds per second.
func BenchmarkMatMul(b *testing.B) {
	for _, c := range []struct {
		name       string
		m, k, n    int
		ta, tb     bool
		outR, outC int
	}{
		{name: "forward 100x256x128", m: 100, k: 256, n: 128},
		{name: "forward 100x128x2", m: 100, k: 128, n: 2},
		{name: "weights 256x100x128", m: 256, k: 100, n: 128, ta: true},
		{name: "inputs 100x128x128", m: 100, k: 128, n: 128, tb: true},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := kernels.NewReference[float32]()
			x, y := kernels.NewMatrix[float32](c.m, c.k), kernels.NewMatrix[float32](c.k, c.n)
			if c.ta {
				x.Rows, x.Cols = x.Cols, x.Rows
			}
			if c.tb {
				y.Rows, y.Cols = y.Cols, y.Rows
			}
			r.Normals(x.Data, kernels.NewKey(1), kernels.Counter{})
			r.Normals(y.Data, kernels.NewKey(2), kernels.Counter{})
			out := kernels.NewMatrix[float32](c.m, c.n)
			b.ReportAllocs()
			for b.Loop() {
				r.MatMul(out, x, y, c.ta, c.tb)
			}
			b.ReportMetric(float64(c.m*c.k*c.n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
		})
	}
}

func BenchmarkNormals(b *testing.B) {
	r := kernels.NewReference[float32]()
	out := make([]float32, 100*256)
	for b.Loop() {
		r.Normals(out, kernels.NewKey(1), kernels.Counter{Stream: kernels.StreamZ})
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(out)), "ns/normal")
}

func BenchmarkAdam(b *testing.B) {
	r := kernels.NewReference[float32]()
	n := 256 * 128
	w, m, v, g := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	r.Normals(g, kernels.NewKey(1), kernels.Counter{})
	step := kernels.NewAdamStep(1e-3, 0.5, 0.999, 1e-8, 1)
	for b.Loop() {
		r.Adam(w, m, v, g, step)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(n), "ns/weight")
}
