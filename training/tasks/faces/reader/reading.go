package reader

import (
	"math"

	"sweep/training/tasks/faces/pfaces"
)

// Reading is what the network says of one picture.
type Reading struct {
	pfaces.Attributes

	// Logits are the kinds', one attribute after another.
	Logits []float32
}

// newReading takes the largest logit of each kind, the first of equal ones, and
// the numbers within their ranges; a hue is the angle of its sine and cosine.
func newReading(output []float32) (r Reading) {
	r.Logits = output[:kindOutputs]
	left := r.Logits
	for k, kind := range pfaces.Kinds() {
		n := len(kind.Values)
		r.Kinds[k] = uint8(largest(left[:n]))
		left = left[n:]
	}
	read := output[kindOutputs:]
	for v := range pfaces.FirstHue {
		r.Values[v] = uint16(max(0, min(65535, 32768*(float64(read[v])+1))))
	}
	for h := range hues {
		turn := math.Atan2(float64(read[pfaces.FirstHue+h]), float64(read[pfaces.FirstHue+hues+h])) / (2 * math.Pi)
		r.Values[pfaces.FirstHue+h] = uint16(int64(math.Round(65536*turn)) & 65535)
	}
	return r
}

// largest is the place of the largest logit; NaN is never it.
func largest(logits []float32) int {
	best := 0
	for i, l := range logits {
		if l > logits[best] {
			best = i
		}
	}
	return best
}
