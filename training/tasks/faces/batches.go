package faces

import (
	"sweep/training/kernels"
	"sweep/training/tasks/faces/data"
)

// drawReal fills x with real pictures from −1 to 1, as many as there is room
// for: drawn with replacement, as the source does (experiments.md §1.3). Batches
// are functions of the seed, the outer and the inner step.
func drawReal[T kernels.Float](set *data.Set, x []T, key kernels.Key, outer, inner uint32) {
	c := kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: inner}
	var words [4]uint32
	for i := range len(x) / set.Width() {
		if i%4 == 0 {
			words = c.Block(key, uint32(i/4))
		}
		picture := set.Train.At(kernels.Index(words[i%4], set.Train.Len()))
		to := x[i*set.Width():][:len(picture)]
		for j, v := range picture {
			to[j] = T(float64(v)/127.5 - 1) // data.Fill in any precision
		}
	}
}

// codes draws z from U(−1, 1).
func codes[T kernels.Float](z kernels.Matrix[T], key kernels.Key, c kernels.Counter) {
	kernels.Uniforms(z.Data, -1, 1, key, c)
}

// layersOfNoise is the number of inner steps that a pass's noise takes up: its
// matrices have one each.
const layersOfNoise = 8

// noise fills a pass's normals; passes of one outer step have numbers of their
// own.
func noise[T kernels.Float](be kernels.Backend[T], to []kernels.Matrix[T], key kernels.Key, stream kernels.Stream, outer, pass uint32) {
	for i, m := range to {
		be.Normals(m.Data, key, kernels.Counter{Stream: stream, Outer: outer, Inner: layersOfNoise*pass + uint32(i)})
	}
}
