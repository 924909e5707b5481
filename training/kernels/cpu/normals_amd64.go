//go:build !noasm

package cpu

import "sweep/training/kernels"

// Draws go through a buffer that stays in the first cache.
const (
	normalsOfFour = 16 // four blocks give sixteen normals …
	wordsOfFour   = 16 // … and as many words
	foursCut      = 64
)

// Normals are the reference's, four blocks at a time.
func (v *avx2) Normals(out []float32, key kernels.Key, c kernels.Counter) {
	block := uint32(0)
	for len(out) >= normalsOfFour {
		fours := min(len(out)/normalsOfFour, foursCut)
		v.normals(out, fours, &key, c, block)
		out, block = out[fours*normalsOfFour:], block+uint32(4*fours)
	}
	if len(out) > 0 {
		var last [normalsOfFour]float32
		v.normals(last[:], 1, &key, c, block)
		copy(out, last[:])
	}
}

func (v *avx2) normals(out []float32, fours int, key *kernels.Key, c kernels.Counter, block uint32) {
	philoxVec(&v.words[0], fours, &key[0], block, c.Inner, c.Outer, uint32(c.Stream))
	normalsVec(&out[0], fours, &v.words[0])
}
