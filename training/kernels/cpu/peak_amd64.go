//go:build !noasm

package cpu

import "golang.org/x/sys/cpu"

// Peak does n times PeakFlops floating-point operations as fast as they go, with
// AVX-512 where that is there: what benchmarks measure products against. The
// processor must have AVX2 and FMA.
func Peak(n int) {
	if cpu.X86.HasAVX512F && n > 1 {
		peakFMA512(n / 2)
		n %= 2
	}
	if n > 0 {
		peakFMA(n)
	}
}

// PeakFlops are the operations of one turn of Peak: fourteen fused
// multiply-adds of eight lanes.
const PeakFlops = 14 * 8 * 2
