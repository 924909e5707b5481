//go:build !noasm

package cpu_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
)

// BenchmarkMNISTProducts are the products of the semi-supervised discriminator's
// widest layers (experiments.md §1.2), for one batch and for three at once: forward,
// by the weights (left factor turned) and by the inputs (right factor turned).
func BenchmarkMNISTProducts(b *testing.B) {
	for _, n := range []int{100, 300} {
		for _, l := range [][2]int{{784, 1000}, {1000, 500}, {500, 250}, {250, 10}} {
			in, out := l[0], l[1]
			for _, c := range []struct {
				name    string
				m, k, n int
				ta, tb  bool
			}{{"forward", n, in, out, false, false}, {"weights", in, n, out, true, false}, {"inputs", n, out, in, false, true}} {
				b.Run(fmt.Sprintf("%s/%d rows %d to %d", c.name, n, in, out), func(b *testing.B) {
					benchProduct(b, c.m, c.k, c.n, c.ta, c.tb)
				})
			}
		}
	}
}

func benchProduct(b *testing.B, m, k, n int, ta, tb bool) {
	be, x, y, out := cpu.New(), random(m, k), random(k, n), random(m, n)
	if ta {
		x = random(k, m)
	}
	if tb {
		y = random(n, k)
	}
	var products, peaks []float64
	for b.Loop() {
		for range 40 {
			products = append(products, once(2*float64(m*k*n), func() { be.MatMul(out, x, y, ta, tb) }))
			peaks = append(peaks, once(cpu.PeakFlops*10000, func() { cpu.Peak(10000) }))
		}
	}
	b.ReportMetric(undisturbed(products), "GFLOP/s")
	b.ReportMetric(100*undisturbed(products)/undisturbed(peaks), "%-of-peak")
	b.ReportMetric(0, "ns/op")
}

// undisturbed is the ninth decile: on a machine with other work most rates are too
// low, and a few too high, where the clock was read on another core.
func undisturbed(rates []float64) float64 {
	slices.Sort(rates)
	return rates[len(rates)*9/10]
}

// once is the rate of one call by the thread's own processor time.
func once(operations float64, f func()) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := processorTime()
	f()
	return operations / float64(processorTime()-start)
}

// processorTime is the thread's, in nanoseconds.
func processorTime() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return t.Nano()
}

// benchElements gives elements per nanosecond.
func benchElements(b *testing.B, name string, n int, f func()) {
	b.Run(name, func(b *testing.B) {
		var rates []float64
		for b.Loop() {
			for range 40 {
				rates = append(rates, once(float64(n), f))
			}
		}
		best := undisturbed(rates)
		b.ReportMetric(best, "elements/ns")
		b.ReportMetric(float64(n)/best/1e3, "µs")
		b.ReportMetric(0, "ns/op")
	})
}

// BenchmarkMNISTElements are the other passes of its step: 525 000 softplus with
// noise, their derivatives, Adam over all its weights; and of the generator's.
func BenchmarkMNISTElements(b *testing.B) {
	be := cpu.New()
	x, noise, out := random(300, 1750), random(300, 1750), random(300, 1750)
	softplus := kernels.Activation{Curve: kernels.Softplus}
	benchElements(b, "noisy softplus 300x1750", 525000, func() { be.Activate(out, x, noise, 0.5, softplus) })
	benchElements(b, "its derivative", 525000, func() { be.ActivateGrad(out, x, noise, softplus) })
	benchElements(b, "column sum 300x1000", 300000, func() { be.ColSum(out, kernels.Matrix[float32]{Rows: 300, Cols: 1000, Data: x.Data[:300000]}) })
	pixels := kernels.Matrix[float32]{Rows: 100, Cols: 784, Data: x.Data[:78400]}
	benchElements(b, "tanh 100x784", 78400, func() {
		be.Activate(pixels, pixels, kernels.Matrix[float32]{}, 0, kernels.Activation{Curve: kernels.Tanh})
	})
	const weights = 1413260
	w, m, v, g := random(1, weights), random(1, weights), random(1, weights), random(1, weights)
	clear(v.Data)
	step := kernels.NewAdamStep(1e-3, 0.5, 0.999, 1e-8, 1)
	benchElements(b, "adam 1413260", weights, func() { be.Adam(w.Data, m.Data, v.Data, g.Data, step) })
	h, stats, gamma, sums := random(100, 500), random(3, 500), random(1, 500), random(2, 500)
	benchElements(b, "batch normalisation 100x500, both ways", 50000, func() {
		be.BatchStats(stats, h, 2e-5)
		be.BatchNorm(out, h, stats, gamma, gamma, true)
		be.BatchNormSums(sums, h, h, stats)
		be.BatchNormGrad(out, h, h, stats, gamma, sums)
	})
	mine, o := random(100, 250), random(100, 50)
	benchElements(b, "minibatch discrimination 100x50x5, both ways", 100*99/2*250, func() {
		be.Similar(o, mine)
		be.SimilarGrad(out, mine, o)
	})
}
