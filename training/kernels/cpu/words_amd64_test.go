//go:build !noasm

package cpu_test

import (
	"math"
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
)

// TestNormalsOfRareWordsAreTheReferences takes the words around both ends of
// every octave, each alone among common ones, which a run of draws hardly meets.
func TestNormalsOfRareWordsAreTheReferences(t *testing.T) {
	var words []uint32
	add := func(p uint32) {
		for lane := range uint32(16) {
			word := uint32(0x12345678) + lane<<24
			if lane == p%16 {
				word = p
			}
			words = append(words, word)
		}
	}
	for o := range 32 {
		for d := range uint32(70) {
			add(1<<o + d - 35)
			add(1<<31 + 1<<o + d - 35)
		}
	}
	for p := uint32(0); p < math.MaxUint32-99991; p += 99991 {
		words = append(words, p)
	}
	words = words[:len(words)/16*16]
	for _, wide := range cpu.Paths() {
		for i, got := range cpu.NormalsOf(words, wide) {
			if want := kernels.Normal(words[i]); math.Float32bits(got) != math.Float32bits(want) {
				t.Fatalf("AVX-512 %t: word %#x gives %v, want %v", wide, words[i], got, want)
			}
		}
	}
}
