package pfaces

import "sweep/training/kernels"

// The streams of random words, apart from those of trials: a set has a seed of
// its own.
const (
	streamFace  = 0xFACE
	streamGrain = 0xFACF
)

// words are the random words of one picture, one after another.
type words struct {
	key     kernels.Key
	counter kernels.Counter
	block   [4]uint32
	used    uint32
}

func (w *words) next() uint32 {
	if w.used%4 == 0 {
		w.block = w.counter.Block(w.key, w.used/4)
	}
	w.used++
	return w.block[(w.used-1)%4]
}

// half is a word of 16 bits.
func (w *words) half() uint16 { return uint16(w.next() >> 16) }

// below is a number from 0 to n−1.
func (w *words) below(n int) int { return kernels.Index(w.next(), n) }
