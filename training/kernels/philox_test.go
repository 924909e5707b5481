package kernels_test

import (
	"testing"

	"sweep/training/kernels"
)

// The known answers are the Random123 distribution's (kat_vectors, philox4x32,
// 10 rounds).
func TestPhiloxGivesTheKnownAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		counter [4]uint32
		key     kernels.Key
		want    [4]uint32
	}{
		{"zeros", [4]uint32{}, kernels.Key{},
			[4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{"ones", [4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, kernels.Key{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{"pi", [4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, kernels.Key{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := kernels.Philox(c.counter, c.key); got != c.want {
				t.Errorf("got %08x, want %08x", got, c.want)
			}
		})
	}
}

func TestEverySeedStreamStepAndBlockDrawsItsOwnWords(t *testing.T) {
	seen := map[[4]uint32]string{}
	add := func(name string, words [4]uint32) {
		if other, ok := seen[words]; ok {
			t.Errorf("%s draws the same words as %s", name, other)
		}
		seen[words] = name
	}
	base := kernels.Counter{Stream: kernels.StreamZ, Outer: 7, Inner: 2}
	add("base", base.Block(kernels.NewKey(1), 0))
	add("next block", base.Block(kernels.NewKey(1), 1))
	add("other seed", base.Block(kernels.NewKey(2), 0))
	add("high seed", base.Block(kernels.NewKey(1+1<<40), 0))
	add("other stream", kernels.Counter{Stream: kernels.StreamReal, Outer: 7, Inner: 2}.Block(kernels.NewKey(1), 0))
	add("other step", kernels.Counter{Stream: kernels.StreamZ, Outer: 8, Inner: 2}.Block(kernels.NewKey(1), 0))
	add("other inner step", kernels.Counter{Stream: kernels.StreamZ, Outer: 7, Inner: 3}.Block(kernels.NewKey(1), 0))
}
