package pfaces

import "sweep/training/kernels"

// Nuisance is what makes two pictures of equal attributes differ: the outlines'
// width, a shift of less than a pixel, where the light comes from, the fringe's
// tips and a fine grain. Nobody labels it.
type Nuisance struct {
	stroke, shiftX, shiftY, lightX, lightY uint16
	tips                                   [8]uint8
	grainy                                 bool
	grain                                  kernels.Key
}

// Plain is the middle of everything, without grain.
func Plain() Nuisance {
	return Nuisance{stroke: 32768, shiftX: 32768, shiftY: 32768, lightX: 32768, lightY: 32768,
		tips: [8]uint8{128, 128, 128, 128, 128, 128, 128, 128}}
}

// newNuisance draws one.
func newNuisance(w *words) Nuisance {
	n := Nuisance{stroke: w.half(), shiftX: w.half(), shiftY: w.half(), lightX: w.half(), lightY: w.half(),
		grainy: true, grain: kernels.Key{w.next(), w.next()}}
	for i := range n.tips {
		n.tips[i] = uint8(w.next() >> 24)
	}
	return n
}

// tip is how far tip i hangs lower than usual, −1 to 1.
func (n Nuisance) tip(i int) float64 { return float64(n.tips[i%len(n.tips)])/128 - 1 }

// light is what a pixel's colour is multiplied with, of 65536: up to 4 % more or
// less at each edge of the picture.
func (n Nuisance) light(x, y, size int) int {
	across := (2*x + 1 - size) * (int(n.lightX) - 32768) / size // −32768 to 32768
	down := (2*y + 1 - size) * (int(n.lightY) - 32768) / size
	return 65536 + (across+down)/12
}

// finish is one channel of a pixel, from the sum of 16 drawn ones.
func (n Nuisance) finish(sum, light int, g *grains) uint8 {
	v := (sum*light + 8<<16) >> 20
	if n.grainy {
		v += g.next()
	}
	return uint8(max(0, min(255, v)))
}

// grains are numbers from −2 to 2, each 16-bit word giving four (1, 4, 6, 4, 1
// in 16: the sum of four bits).
type grains struct {
	key     kernels.Key
	counter kernels.Counter
	block   uint32
	words   [4]uint32
	left    int
}

func (g *grains) next() int {
	if g.left == 0 {
		g.words, g.left = g.counter.Block(g.key, g.block), 32
		g.block++
	}
	g.left--
	word := &g.words[g.left>>3]
	nibble := *word & 15
	*word >>= 4
	return int(nibble&1+nibble>>1&1+nibble>>2&1+nibble>>3) - 2
}
