package stacked

import (
	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

// inGeneratorsStep is the inner step of the real batch that the minimax loss
// sees; no look-ahead step reaches it, so that it is the same for every k.
const inGeneratorsStep = ^uint32(0)

// draw chooses images of a part with n images, each as likely and independent of
// the others: a function of key and counter.
func draw(out []int32, n int, key kernels.Key, c kernels.Counter) {
	var words [4]uint32
	for i := range out {
		if i%4 == 0 {
			words = c.Block(key, uint32(i/4))
		}
		out[i] = int32(kernels.Index(words[i%4], n))
	}
}

// stack fills a batch (n, 3·784) with stacks of training images.
func (m *game[T]) stack(to kernels.Matrix[T], outer, inner uint32) {
	draw(m.chosen, m.set.Train.Len(), m.key, kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: inner})
	for i, image := range m.chosen {
		row := to.Data[i*data.Pixels:][:data.Pixels]
		for x, v := range m.set.Train.Images[int(image)*data.Pixels:][:data.Pixels] {
			row[x] = T(m.scale[v])
		}
	}
}
