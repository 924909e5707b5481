//go:build !noasm

package cpu

import (
	"golang.org/x/sys/cpu"

	"sweep/training/kernels"
)

// NewNarrow is New without AVX-512.
func NewNarrow() kernels.Backend[float32] {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		return newAVX2(false)
	}
	return kernels.NewReference[float32]()
}
