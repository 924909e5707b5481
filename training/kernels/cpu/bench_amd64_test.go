//go:build !noasm

package cpu_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
)

// rate is the largest of several operation rates, GFLOP/s: on a shared machine
// the others were disturbed.
func rate(flops float64, f func()) float64 {
	var rates []float64
	for range 15 {
		start, n := time.Now(), 0
		for ; time.Since(start) < 4*time.Millisecond; n++ {
			f()
		}
		rates = append(rates, flops*float64(n)/time.Since(start).Seconds()/1e9)
	}
	return slices.Max(rates)
}

// BenchmarkProducts gives products in GFLOP/s and as a share of what this core
// does in the same run when it only multiplies and adds.
func BenchmarkProducts(b *testing.B) {
	for _, c := range []struct {
		m, k, n int
		ta, tb  bool
	}{
		{m: 512, k: 512, n: 512}, {m: 512, k: 512, n: 512, tb: true}, {m: 512, k: 512, n: 512, ta: true},
		{m: 100, k: 256, n: 128}, {m: 256, k: 100, n: 128, ta: true}, {m: 100, k: 128, n: 128, tb: true},
		{m: 100, k: 128, n: 2}, {m: 100, k: 128, n: 1}, {m: 100, k: 2, n: 128}, {m: 128, k: 100, n: 1, ta: true},
	} {
		b.Run(fmt.Sprintf("%dx%dx%d %t %t", c.m, c.k, c.n, c.ta, c.tb), func(b *testing.B) {
			be, x, y, out := cpu.New(), random(c.m, c.k), random(c.k, c.n), random(c.m, c.n)
			if c.ta {
				x = random(c.k, c.m)
			}
			if c.tb {
				y = random(c.n, c.k)
			}
			var product, peak float64
			for b.Loop() {
				product = max(product, rate(2*float64(c.m*c.k*c.n), func() { be.MatMul(out, x, y, c.ta, c.tb) }))
				peak = max(peak, rate(cpu.PeakFlops*10000, func() { cpu.Peak(10000) }))
			}
			b.ReportMetric(product, "GFLOP/s")
			b.ReportMetric(peak, "peak-GFLOP/s")
			b.ReportMetric(100*product/peak, "%-of-peak")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkNormals(b *testing.B) {
	for i, be := range []kernels.Backend[float32]{kernels.NewReference[float32](), cpu.New(), cpu.NewNarrow()} {
		b.Run(fmt.Sprintf("%d-%s", i, be.Name()), func(b *testing.B) {
			out := make([]float32, 100*256)
			var best float64
			for b.Loop() {
				best = max(best, rate(float64(len(out)), func() {
					be.Normals(out, kernels.NewKey(1), kernels.Counter{Stream: kernels.StreamZ})
				}))
			}
			b.ReportMetric(1000*best, "Mnormals/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkAdam(b *testing.B) {
	be, n := cpu.New(), 256*128
	w, m, v, g := random(1, n), random(1, n), random(1, n), random(1, n)
	clear(v.Data)
	step := kernels.NewAdamStep(1e-3, 0.5, 0.999, 1e-8, 1)
	for b.Loop() {
		be.Adam(w.Data, m.Data, v.Data, g.Data, step)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(n), "ns/weight")
}

func BenchmarkLosses(b *testing.B) {
	be, l, g, out := cpu.New(), random(100, 1), random(1, 1), random(100, 1)
	for b.Loop() {
		be.SoftplusMean(g, l, 1)
		be.SoftplusGrad(out, l, g, 1)
		be.SigmoidMean(g, l)
	}
}
