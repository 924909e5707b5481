package kernels

import "math/bits"

// Key is a trial's seed as the key of its random numbers.
type Key [2]uint32

// NewKey splits a seed.
func NewKey(seed int64) Key { return Key{uint32(uint64(seed)), uint32(uint64(seed) >> 32)} }

// Stream separates the uses that a trial makes of random numbers. Its values
// are part of every trial's numbers and never change meaning.
type Stream uint32

// The streams.
const (
	StreamInitG    Stream = 1  // the generator's initial weights
	StreamInitD    Stream = 2  // the discriminator's initial weights
	StreamReal     Stream = 3  // real batches of the look-ahead steps
	StreamZ        Stream = 4  // z batches of the look-ahead steps
	StreamZG       Stream = 5  // z batches of the generator's steps
	StreamEvalZ    Stream = 6  // z of evaluations
	StreamEvalReal Stream = 7  // real points of the ceiling
	StreamNoop     Stream = 8  // the noop task's values
	StreamSplit    Stream = 9  // MNIST: labelled, unlabelled and validation images
	StreamOrder    Stream = 10 // MNIST: the order of an epoch
	StreamLabelled Stream = 11 // MNIST: labelled batches
	StreamNoise    Stream = 12 // MNIST: the discriminator's noise in the look-ahead steps
	StreamNoiseG   Stream = 13 // MNIST: the same in the generator's steps
)

// Counter names a run of blocks: one stream's draws at one inner step of one
// outer step. Initial weights use the tensor's position as Inner.
type Counter struct {
	Stream Stream
	Outer  uint32 // outer step
	Inner  uint32 // look-ahead step within it
}

// Block computes block i of the run: four independent uniform 32-bit words.
func (c Counter) Block(key Key, i uint32) [4]uint32 {
	return Philox([4]uint32{i, c.Inner, c.Outer, uint32(c.Stream)}, key)
}

// Philox's constants (Salmon et al., Parallel random numbers: as easy as
// 1, 2, 3, SC 2011, table 2 and section 4.2).
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

// Philox is the Philox 4×32 block function with ten rounds.
func Philox(c [4]uint32, k Key) [4]uint32 {
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	k0, k1 := k[0], k[1]
	for range 10 {
		hi0, lo0 := bits.Mul32(philoxM0, c0)
		hi1, lo1 := bits.Mul32(philoxM1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += philoxW0
		k1 += philoxW1
	}
	return [4]uint32{c0, c1, c2, c3}
}
