package quality

import (
	"sweep/training/kernels"
)

// chunk is how many codes a generator is asked for at a time, at most.
const chunk = 100

// codes are n codes of the uniform distribution on (−1, 1), (n, zDim), the same
// for every trial; use separates those of paths from those of analogies.
func codes(n, zDim int, use uint32) []float32 {
	out := make([]float32, 0, n*zDim)
	for i := range n {
		c := kernels.Counter{Stream: kernels.StreamEvalZ, Outer: ^use, Inner: uint32(i)}
		for d := range zDim {
			word := c.Block(kernels.NewKey(0), uint32(d/4))[d%4]
			out = append(out, float32(float64(word)/(1<<31)-1))
		}
	}
	return out
}

const (
	forPaths = iota
	forAnalogies
)

// generated are a generator's pictures of codes as the reader sees them, a chunk
// at a time.
func (s *Scorer) generated(generate func(z []float32) []float32, z []float32, zDim int, see func(features []float32, r reading)) {
	again, width := s.newRendering(), s.set.Width()
	for len(z) > 0 {
		n := min(chunk, len(z)/zDim)
		pictures := generate(z[:n*zDim])
		features, readings := s.reader.Read(pictures[:n*width])
		each := len(features) / n
		for i, r := range readings {
			see(features[i*each:(i+1)*each], reading{r, again.off(r.Attributes, pictures[i*width:(i+1)*width])})
		}
		z = z[n*zDim:]
	}
}
