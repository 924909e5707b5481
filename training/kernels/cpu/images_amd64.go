//go:build !noasm

package cpu

import "sweep/training/kernels"

// ConvGradBias adds one image at a time.
func (v *avx2) ConvGradBias(out, g matrix, c kernels.Conv) { v.convolver.GradBias(v, out, g, c) }
