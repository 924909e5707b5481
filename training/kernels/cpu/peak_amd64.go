//go:build !noasm

package cpu

// Peak does n times PeakFlops floating-point operations as fast as they go: what
// benchmarks measure products against. The processor must have AVX2 and FMA.
func Peak(n int) { peakFMA(n) }

// PeakFlops are the operations of one turn of Peak: fourteen fused
// multiply-adds of eight lanes.
const PeakFlops = 14 * 8 * 2
