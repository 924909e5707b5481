package kernels

// Uniforms fills out with numbers from low up to high, a run of 24-bit
// fractions: element i is word i of the counter's blocks, the same bits
// everywhere.
func Uniforms[T Float](out []T, low, high float64, key Key, c Counter) {
	var words [4]uint32
	width := float32(high - low)
	for i := range out {
		if i%4 == 0 {
			words = c.Block(key, uint32(i/4))
		}
		u := float32(words[i%4]>>8) * (1.0 / (1 << 24))
		out[i] = T(float32(low) + float32(width*u))
	}
}
