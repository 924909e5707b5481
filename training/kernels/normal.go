package kernels

import "math"

// Normal turns a uniform word into a standard normal: the inverse of the normal
// distribution function at (p+½)/2³², p being the word's low 31 bits, with a
// minus where bit 31 is set. It is within 10⁻⁶ of the exact quantile, and its
// magnitude reaches 6.23.
//
// The quantile is a polynomial of degree 6 in each octave of p. The function's
// singularity at p = 0 is three half-widths from an octave's middle, so that one
// degree serves all octaves. Every operation is rounded to float32 and none is
// fused, which any hardware can repeat bit for bit. At p ≥ 2²³ the ½ is left
// out: less than one rounding of p.
func Normal(word uint32) float32 {
	const (
		half    = 1 << 23           // from here on p+½ is not a float32
		largest = 1<<31 - 1<<7      // the last float32 below 2³¹
		one     = uint32(127) << 23 // exponent of [1, 2)
		lowest  = 126               // biased exponent of p+½ = ½
		sign    = uint32(1) << 31
	)
	p := word &^ sign
	f := float32(p)
	if p < half {
		f += 0.5
	}
	bits := math.Float32bits(min(f, largest))
	t := math.Float32frombits(bits&(1<<23-1)|one) - 1.5
	c := &normalTable[bits>>23-lowest]
	t2 := float32(t * t)
	z := c[4] + float32(c[5]*t) + float32(c[6]*t2)
	z = c[2] + float32(c[3]*t) + float32(z*t2)
	z = c[0] + float32(c[1]*t) + float32(z*t2)
	return math.Float32frombits(math.Float32bits(z) ^ word&sign)
}

// NormalTable gives the coefficients of Normal's polynomials in
// t = mantissa(p+½) − 1.5, t⁰ first, for the octaves of p+½ from [½, 1) to
// [2³⁰, 2³¹): what a backend needs to draw the same bits.
func NormalTable() [32][7]float32 { return normalTable }
