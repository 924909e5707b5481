//go:build !noasm

package cpu

import (
	"math/bits"

	"sweep/training/kernels"
)

// Draws go through a buffer that stays in the first cache.
const (
	groupDraws = 32 // eight blocks of four words
	groupsCut  = 64
)

// Normals are the reference's, eight blocks at a time.
func (v *avx2) Normals(out []float32, key kernels.Key, c kernels.Counter) {
	v.run = newPhiloxRun(key, c)
	block := uint32(0)
	for len(out) >= groupDraws {
		groups := min(len(out)/groupDraws, groupsCut)
		v.normals(out, groups, block)
		out, block = out[groups*groupDraws:], block+uint32(groups*groupDraws/4)
	}
	if len(out) > 0 {
		var last [groupDraws]float32
		v.normals(last[:], 1, block)
		copy(out, last[:])
	}
}

func (v *avx2) normals(out []float32, groups int, block uint32) {
	if v.wide {
		philoxVec512(&v.words[0], (groups+3)/4, &v.run[0][0], block)
		normalsVec512(&out[0], &v.words[0], groups*groupDraws/16, &v.octaves[0][0][0])
		return
	}
	philoxVec(&v.words[0], groups, &v.run[0][0], block)
	normalsVec(&out[0], &v.words[0], groups*groupDraws/8, &v.groups[0][0][0])
}

// The rounds of Philox and its constants, as in package kernels.
const (
	rounds   = 10
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

// philoxRun is what all blocks of a run share, each in four lanes: four words
// that the first three rounds mix in, then the two keys of the third round and
// of each that follows.
type philoxRun [2 * rounds][4]uint64

// newPhiloxRun does the first rounds as far as they do not depend on the
// block's number, which is word 0 of what they begin with.
func newPhiloxRun(key kernels.Key, c kernels.Counter) (run philoxRun) {
	k0, k1 := key[0], key[1]
	hi1, lo1 := bits.Mul32(philoxM1, c.Outer)
	word0, word3 := hi1^c.Inner^k0, uint32(c.Stream)^k1
	k0, k1 = k0+philoxW0, k1+philoxW1
	hi0, lo0 := bits.Mul32(philoxM0, word0)
	run.set(0, word3)
	run.set(1, lo1^k0)
	run.set(2, hi0^k1)
	for i := 4; i < len(run); i += 2 {
		k0, k1 = k0+philoxW0, k1+philoxW1
		run.set(i, k0)
		run.set(i+1, k1)
	}
	run.set(3, lo0^uint32(run[5][0]))
	return run
}

func (r *philoxRun) set(i int, word uint32) {
	w := uint64(word)
	r[i] = [4]uint64{w, w, w, w}
}

// lowestExponent is the biased exponent of NormalTable's first octave.
const lowestExponent = 126

// normalGroups are the coefficients of eight octaves at a time, by power, each
// at the place that the exponent's low three bits tell.
type normalGroups [4][7][8]float32

func newNormalGroups() (groups normalGroups) {
	for octave, row := range kernels.NormalTable() {
		for power, c := range row {
			groups[octave/8][power][(octave+lowestExponent)%8] = c
		}
	}
	return groups
}

// normalOctaves are the coefficients of sixteen octaves at a time, by power, each
// at the place that the exponent's low four bits tell.
type normalOctaves [2][7][16]float32

func newNormalOctaves() (octaves normalOctaves) {
	for octave, row := range kernels.NormalTable() {
		for power, c := range row {
			octaves[octave/16][power][(octave+lowestExponent)%16] = c
		}
	}
	return octaves
}
