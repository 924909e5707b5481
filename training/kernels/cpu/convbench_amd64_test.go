//go:build !noasm

package cpu_test

import (
	"fmt"
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
)

// BenchmarkConvolutions gives the parts of the discriminator's layers of the faces'
// models at batch 128 in milliseconds and as a share of the core's peak
// (experiments.md §1.3).
func BenchmarkConvolutions(b *testing.B) {
	const n = 128
	for _, c := range []kernels.Conv{
		{Channels: 3, Height: 96, Width: 96, Filters: 32, Size: 4, Pad: 1, Stride: 2},
		{Channels: 32, Height: 48, Width: 48, Filters: 64, Size: 4, Pad: 1, Stride: 2},
		{Channels: 64, Height: 24, Width: 24, Filters: 128, Size: 4, Pad: 1, Stride: 2},
		{Channels: 128, Height: 12, Width: 12, Filters: 256, Size: 4, Pad: 1, Stride: 2},
	} {
		be, x, g, w := cpu.New(), random(n, c.In()), random(n, c.Out()), random(c.FanIn(), c.Filters)
		answers, images, weights, bias := random(n, c.Out()), random(n, c.In()), random(c.FanIn(), c.Filters), random(1, c.Filters)
		for _, part := range []struct {
			name string
			run  func()
		}{
			{"forward", func() { be.Conv(answers, x, w, bias, c) }},
			{"input", func() { be.ConvGradInput(images, w, g, c) }},
			{"weights", func() { be.ConvGradWeight(weights, x, g, c) }},
		} {
			b.Run(fmt.Sprintf("%dto%d/%s", c.Channels, c.Filters, part.name), func(b *testing.B) {
				flops := 2 * float64(n*c.Places()*c.Filters*c.FanIn())
				var best, peak float64
				for b.Loop() {
					best = max(best, rate(flops, part.run))
					peak = max(peak, rate(cpu.PeakFlops*10000, func() { cpu.Peak(10000) }))
				}
				b.ReportMetric(flops/best/1e6, "ms")
				b.ReportMetric(100*best/peak, "%-of-peak")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
