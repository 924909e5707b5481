package kernels

import "math"

// Normal2 turns two uniform words into two independent standard normals (Box
// and Muller 1958). The largest magnitude it can give is 6.7.
func Normal2(u, v uint32) (float64, float64) {
	r := math.Sqrt(float64(-2 * Log(float64((float64(u)+0.5)*(1.0/(1<<32))))))
	sin, cos := sincosTurn(v)
	return float64(r * cos), float64(r * sin)
}

// Index turns a uniform word into one of 0 … n−1; the bias is below n/2³².
func Index(u uint32, n int) int { return int(uint64(u) * uint64(n) >> 32) }

// Uniform turns two words into a number in [0, 1) with 53 random bits.
func Uniform(hi, lo uint32) float64 {
	return float64((uint64(hi)<<32|uint64(lo))>>11) * (1.0 / (1 << 53))
}

// Normals fills out: block i of the run gives elements 4i … 4i+3.
func (r *Reference[T]) Normals(out []T, key Key, c Counter) {
	for i := 0; i < len(out); i += 4 {
		b := c.Block(key, uint32(i/4))
		n0, n1 := Normal2(b[0], b[1])
		n2, n3 := Normal2(b[2], b[3])
		if rest := out[i:]; len(rest) >= 4 {
			rest[0], rest[1], rest[2], rest[3] = T(n0), T(n1), T(n2), T(n3)
			continue
		}
		four := [4]T{T(n0), T(n1), T(n2), T(n3)}
		copy(out[i:], four[:])
	}
}
