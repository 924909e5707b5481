package data

// Scale is the value that each byte of an image becomes.
type Scale [256]float32

// Signed maps 0 … 255 to −1 … 1: the source's images, which its generator's
// tanh meets (experiments.md §1.2).
func Signed() *Scale { return linear(2, -1) }

// Unit maps 0 … 255 to 0 … 1: the images of the preset improved-gan
// (experiments.md §3.2).
func Unit() *Scale { return linear(1, 0) }

// linear is slope·v/255 + offset, rounded once.
func linear(slope, offset float64) *Scale {
	var s Scale
	for v := range s {
		s[v] = float32(float64(slope*float64(v)/255) + offset)
	}
	return &s
}

// Fill writes the images of some indices into a matrix (len(indices), 784), row
// by row. It allocates nothing.
func (p Part) Fill(out []float32, scale *Scale, indices []int32) {
	for row, i := range indices {
		to := out[row*Pixels : (row+1)*Pixels]
		for x, v := range p.Images[int(i)*Pixels : (int(i)+1)*Pixels] {
			to[x] = scale[v]
		}
	}
}

// Classes writes the digits of some indices. It allocates nothing.
func (p Part) Classes(out []uint8, indices []int32) {
	for row, i := range indices {
		out[row] = p.Labels[i]
	}
}
