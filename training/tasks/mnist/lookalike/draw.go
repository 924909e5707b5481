package lookalike

import (
	"math"

	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

// hand is how one digit is written: where its box lies on the 28×28 pixels.
type hand struct {
	xx, xy, yx, yy float64 // pixels per box, turned and slanted
	x, y           float64 // centre, pixels
	pen            float64 // half the width of a stroke, pixels
}

// newHand draws a hand from two blocks of random words.
func newHand(a, b [4]uint32) hand {
	between := func(word uint32, lo, hi float64) float64 { return lo + (hi-lo)*float64(word)/(1<<32) }
	sin, cos := math.Sincos(between(a[0], -0.2, 0.2))
	width, height, slant := between(a[1], 17, 21), between(a[2], 18, 21), between(a[3], -0.2, 0.2)
	return hand{
		xx: width * cos, xy: height * (slant*cos - sin), yx: width * sin, yy: height * (slant*sin + cos),
		x: between(b[0], 12.5, 15.5), y: between(b[1], 12.5, 15.5), pen: between(b[2], 0.8, 1.5),
	}
}

func (h hand) place(p point) point {
	u, v := p.x-0.5, p.y-0.5
	return point{h.x + h.xx*u + h.xy*v, h.y + h.yx*u + h.yy*v}
}

// draw writes a digit into one image.
func (h hand) draw(image []uint8, digit int) {
	for _, stroke := range strokes(digit) {
		for i := range stroke[1:] {
			h.piece(image, h.place(stroke[i]), h.place(stroke[i+1]))
		}
	}
}

// piece inks the pixels near a straight piece, with a soft edge one pixel wide.
func (h hand) piece(image []uint8, a, b point) {
	reach := h.pen + 1
	x0, x1 := int(max(0, min(a.x, b.x)-reach)), int(min(data.Side-1, max(a.x, b.x)+reach))
	y0, y1 := int(max(0, min(a.y, b.y)-reach)), int(min(data.Side-1, max(a.y, b.y)+reach))
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			d := distance(point{float64(x) + 0.5, float64(y) + 0.5}, a, b)
			ink := uint8(math.Round(255 * min(1, max(0, h.pen+0.5-d))))
			at := y*data.Side + x
			image[at] = max(image[at], ink)
		}
	}
}

// part draws n digits in a random order; no class comes more than once more often
// than another.
func part(n int, key kernels.Key, which uint32) data.Part {
	p := data.Part{Images: make([]uint8, n*data.Pixels), Labels: make([]uint8, n)}
	order := make([]int32, n)
	data.Shuffle(order, key, kernels.Counter{Stream: kernels.StreamOrder, Outer: which})
	for i := range n {
		digit := int(order[i]) % data.Classes
		c := kernels.Counter{Stream: kernels.StreamReal, Outer: which, Inner: uint32(i)}
		newHand(c.Block(key, 0), c.Block(key, 1)).draw(p.Images[i*data.Pixels:(i+1)*data.Pixels], digit)
		p.Labels[i] = uint8(digit)
	}
	return p
}
