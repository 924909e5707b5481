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

// NormalsOf turns words into normals as a backend with or without AVX-512 does;
// their number is a multiple of sixteen.
func NormalsOf(words []uint32, wide bool) []float32 {
	out, v := make([]float32, len(words)), newAVX2(wide)
	if wide {
		normalsVec512(&out[0], &words[0], len(words)/16, &v.octaves[0][0][0])
	} else {
		normalsVec(&out[0], &words[0], len(words)/8, &v.groups[0][0][0])
	}
	return out
}

// Paths tells which of the two this machine has.
func Paths() (paths []bool) {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		paths = append(paths, false)
	}
	if cpu.X86.HasAVX512F {
		paths = append(paths, true)
	}
	return paths
}
