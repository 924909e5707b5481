//go:build !noasm

package cpu

import (
	"golang.org/x/sys/cpu"

	"sweep/training/kernels"
)

// New makes the fastest backend of this machine, for one goroutine.
func New() kernels.Backend[float32] {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		return newAVX2(cpu.X86.HasAVX512F)
	}
	return kernels.NewReference[float32]()
}
