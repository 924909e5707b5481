package mnist

import (
	"math"

	"sweep/training/kernels/cuda"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/packed"
)

// batches are a pack's batches. The images lie on the device once; their indices,
// which are drawn without replacement and so one after another, are drawn here
// and sent before an iteration, together with what else depends on the step.
type batches struct {
	device *cuda.Pack
	images *cuda.Rows // of data.Pixels
	digits *cuda.Rows // of data.Classes: a one in the digit's column

	labels, reals int       // images of a look-ahead step
	looks         int       // steps with batches of their own
	indices       []float32 // words: each look's labelled and unlabelled images, then the generator's step's
	rate          []float32 // the words of the average's rate

	drawn, rates []float32 // both of all trials, to be sent
}

func newBatches(m *game[float32], p *packed.Pack) (b *batches, err error) {
	of := m.batches()
	b = &batches{device: p.Pack, labels: of.Labelled, reals: of.Unlabelled, looks: max(1, p.Longest()), rate: make([]float32, 2)}
	if m.shared {
		b.looks = 1
	}
	b.indices = make([]float32, b.looks*(b.labels+b.reals)+b.reals)
	b.drawn, b.rates = make([]float32, len(b.indices)*p.Trials()), make([]float32, len(b.rate)*p.Trials())
	train := m.images.set.Train
	image := func(i int) []byte { return train.Images[i*data.Pixels:][:data.Pixels] }
	if b.images, err = p.NewRows(train.Len(), data.Pixels, 0, image, *m.images.scale); err != nil {
		return nil, err
	}
	digit := func(i int) []byte {
		var row [data.Classes]byte
		row[train.Labels[i]] = 1
		return row[:]
	}
	b.digits, err = p.NewRows(train.Len(), data.Classes, 0, digit, [256]float32{1: 1})
	return b, err
}

// at is where the batches of a look-ahead step begin.
func (b *batches) at(look uint32) int { return int(look) * (b.labels + b.reals) }

func (b *batches) labelled(x, digits []float32, look uint32) {
	indices := b.indices[b.at(look):][:b.labels]
	b.images.Gather(x, indices)
	b.digits.Gather(digits, indices)
}

func (b *batches) real(x []float32, look uint32) {
	b.images.Gather(x, b.indices[b.at(look)+b.labels:][:b.reals])
}

func (b *batches) realOfG(x []float32) {
	b.images.Gather(x, b.indices[b.at(uint32(b.looks)):][:b.reals])
}

// draw draws trial i's batches of a step with k look-ahead steps.
func (m *moves) draw(i int, from *images, step int64, k int) {
	b := m.batches
	own := b.drawn[i*len(b.indices):][:len(b.indices)]
	outer := uint32(step)
	for look := range uint32(min(b.looks, max(1, k))) {
		at := own[b.at(look):]
		words(at, from.labelledBatch(b.labels, outer, look))
		if b.reals > 0 {
			words(at[b.labels:], from.realBatch(b.reals, outer, look))
		}
	}
	if m.against != nil && m.against.Real.Rows > 0 && !m.shared {
		words(own[b.at(uint32(b.looks)):], from.realBatch(b.reals, outer, inGeneratorsStep))
	}
	rate := wordsOf(rateOf(step))
	copy(b.rates[i*len(b.rate):], rate[:])
}

// words keeps indices as the bits of uint32.
func words(to []float32, indices []int32) {
	for i, v := range indices {
		to[i] = math.Float32frombits(uint32(v))
	}
}

// send sends what was drawn for all trials.
func (m *moves) send() error {
	if err := m.device.WriteAll(m.batches.indices, m.batches.drawn); err != nil {
		return err
	}
	return m.device.WriteAll(m.batches.rate, m.batches.rates)
}
