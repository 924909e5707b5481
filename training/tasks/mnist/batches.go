package mnist

import (
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

// inGeneratorsStep is the inner step of the real batch that the generator's step
// sees; no look-ahead step reaches it, so that it is the same for every k.
const inGeneratorsStep = ^uint32(0)

// images are the images of one trial: its split, and what batches are drawn
// with. Batches are functions of the seed, the outer and the inner step.
type images struct {
	set      *data.Set
	scale    *data.Scale
	key      kernels.Key
	labelled []int32
	pool     []int32 // unlabelled batches come from here
	chosen   data.Split

	indices []int32 // of a batch, scratch
	drawn   []int32 // the labelled ones of a batch, scratch
	digits  []uint8
}

func newImages(s settings, set *data.Set) (*images, error) {
	split, err := data.NewSplit(set.Train.Labels, s.labels, data.ValidationSize(set.Train.Len()), s.key)
	if err != nil {
		return nil, fmt.Errorf("%w: task mnist-ssl: %w", training.ErrConfig, err)
	}
	m := &images{set: set, scale: data.Signed(), key: s.key, labelled: split.Labelled, pool: split.Unlabelled, chosen: split}
	switch {
	case s.improved: // OpenAI's code leaves the labelled images in the pool (experiments.md §3.2)
		m.scale = data.Unit()
		m.pool = append(append([]int32{}, split.Labelled...), split.Unlabelled...)
	case len(split.Unlabelled) == 0:
		m.pool = split.Labelled
	}
	if len(m.pool) < s.batch {
		return nil, fmt.Errorf("%w: task mnist-ssl: batch %d: only %d images are left to draw real batches from", training.ErrConfig, s.batch, len(m.pool))
	}
	m.indices, m.digits = make([]int32, max(s.batch, s.labelledBatch())), make([]uint8, s.labelledBatch())
	m.drawn = make([]int32, min(s.labelledBatch(), s.labels))
	return m, nil
}

// drawLabelled fills a labelled batch and its labels.
func drawLabelled[T kernels.Float](m *images, x, labels kernels.Matrix[T], outer, inner uint32) {
	all := m.labelledBatch(labels.Rows, outer, inner)
	fill(x.Data, m.set.Train, m.scale, all)
	m.set.Train.Classes(m.digits, all)
	clear(labels.Data)
	for i, digit := range m.digits {
		labels.Data[i*labels.Cols+int(digit)] = 1
	}
}

// labelledBatch draws n labelled images, until the next batch is drawn. Where the
// batch is larger than the labelled set, that is repeated.
func (m *images) labelledBatch(n int, outer, inner uint32) []int32 {
	data.Draw(m.drawn, m.labelled, m.key, kernels.Counter{Stream: kernels.StreamLabelled, Outer: outer, Inner: inner})
	all := m.indices[:n]
	for i := range all {
		all[i] = m.drawn[i%len(m.drawn)]
	}
	return all
}

// drawReal fills a batch of n unlabelled images.
func drawReal[T kernels.Float](m *images, x []T, n int, outer, inner uint32) {
	fill(x, m.set.Train, m.scale, m.realBatch(n, outer, inner))
}

// realBatch draws n unlabelled images, until the next batch is drawn.
func (m *images) realBatch(n int, outer, inner uint32) []int32 {
	batch := m.indices[:n]
	data.Draw(batch, m.pool, m.key, kernels.Counter{Stream: kernels.StreamReal, Outer: outer, Inner: inner})
	return batch
}

// fill is data.Part.Fill in any precision.
func fill[T kernels.Float](out []T, p data.Part, scale *data.Scale, indices []int32) {
	for row, i := range indices {
		to := out[row*data.Pixels:][:data.Pixels]
		for x, v := range p.Images[int(i)*data.Pixels:][:data.Pixels] {
			to[x] = T(scale[v])
		}
	}
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
