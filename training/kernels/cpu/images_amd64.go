//go:build !noasm

package cpu

import "sweep/training/kernels"

// Conv, ConvGradInput and ConvGradWeight are products of this backend.

// Conv computes one image at a time.
func (v *avx2) Conv(out, x, w, b matrix, c kernels.Conv) { v.convolver.Conv(v, out, x, w, b, c) }

// ConvGradInput computes one image at a time.
func (v *avx2) ConvGradInput(out, w, g matrix, c kernels.Conv) {
	v.convolver.GradInput(v, out, w, g, c)
}

// ConvGradWeight computes one image at a time.
func (v *avx2) ConvGradWeight(out, x, g matrix, c kernels.Conv) {
	v.convolver.GradWeight(v, out, x, g, c)
}

// ConvGradBias adds one image at a time.
func (v *avx2) ConvGradBias(out, g matrix, c kernels.Conv) { v.convolver.GradBias(v, out, g, c) }

// ConvTranspose computes one image at a time.
func (v *avx2) ConvTranspose(out, x, w, b matrix, c kernels.Conv) {
	v.convolver.Transpose(v, out, x, w, b, c)
}
