package data

import "sync"

// Channels of a picture: red, green, blue.
const Channels = 3

// Pictures are pictures of one size. Any number of goroutines may ask.
type Pictures interface {
	Len() int

	// At is picture i, 0 ≤ i < Len: the red plane, the green and the blue, each
	// row by row, one byte a pixel, as kernels.Conv orders an image. It is shared
	// and never changed.
	At(i int) []uint8
}

// Set is a face set. It is never changed, so trials share it.
type Set struct {
	Name string // e.g. "pfaces-full" or "faces"
	Size int    // pixels a side

	Train Pictures // what generators are trained on
	Test  Pictures // what they are compared with; never trained on

	// Digest names the pictures and their order: 64 hex digits. It is what a
	// trial hash holds.
	Digest string
}

// Width is the number of bytes, and of a generator's outputs, for one picture.
func (s *Set) Width() int { return Channels * s.Size * s.Size }

// Fill writes some of the pictures into a matrix (len(indices), their width),
// row by row, from −1 to 1: v/127.5 − 1, rounded once (experiments.md §1.3).
func Fill(out []float32, p Pictures, indices []int32) {
	for _, i := range indices {
		picture := p.At(int(i))
		for x, v := range picture {
			out[x] = signed[v]
		}
		out = out[len(picture):]
	}
}

// signed maps bytes to −1 … 1. It is never changed.
var signed = func() (table [256]float32) {
	for v := range table {
		table[v] = float32(float64(v)/127.5 - 1)
	}
	return table
}()

// Signed is what each byte stands for: Fill's value of it.
func Signed() [256]float32 { return signed }

// Warm asks for every picture once, on some goroutines, so that a set that is
// drawn when it is asked for is there afterwards.
func Warm(p Pictures, workers int) {
	var group sync.WaitGroup
	workers = max(1, workers)
	for w := range workers {
		group.Go(func() {
			for i := w; i < p.Len(); i += workers {
				p.At(i)
			}
		})
	}
	group.Wait()
}
