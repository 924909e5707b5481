package lenet

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/mnist/data"
)

// How the weights were trained: Epochs passes over the training images in
// batches of Batch, each pass in an order of its own, cross-entropy, Adam whose
// step size falls in a line from Rate to nothing.
const (
	Seed   = 1998
	Epochs = 8
	Batch  = 50
	Rate   = 1.5e-3
)

// Trainer trains a classifier, step by step.
type Trainer struct {
	Net *Net

	be      kernels.Backend[float32]
	images  data.Part
	key     kernels.Key
	steps   int64
	step    int64
	order   []int32
	x, y    kernels.Matrix[float32] // images, and a one in each digit's column
	program *plan.Program[float32]  // loss, gradients
	m, v    [][]float32             // Adam's moments
	classes [Batch]uint8
}

// NewTrainer makes a classifier at step 0. The images left over by whole
// batches wait for another pass.
func NewTrainer(be kernels.Backend[float32], images data.Part, seed int64) (*Trainer, error) {
	if images.Len() < Batch {
		return nil, fmt.Errorf("training LeNet: %d images are fewer than a batch of %d", images.Len(), Batch)
	}
	t := &Trainer{Net: New(), be: be, images: images, key: kernels.NewKey(seed),
		steps: int64(Epochs * (images.Len() / Batch)), order: make([]int32, images.Len())}
	t.Net.Initialise(be, t.key)
	for _, p := range t.Net.Params() {
		t.m, t.v = append(t.m, make([]float32, len(p.Data))), append(t.v, make([]float32, len(p.Data)))
	}
	if err := t.compile(); err != nil {
		return nil, fmt.Errorf("building LeNet's training step: %w", err)
	}
	return t, nil
}

func (t *Trainer) compile() error {
	g := gorgonia.NewGraph()
	ops := nets.Ops[float32]{Backend: t.be}
	var x, y, one *gorgonia.Node
	var seed kernels.Matrix[float32]
	x, t.x = nets.Input[float32](g, "x", Batch, data.Pixels)
	y, t.y = nets.Input[float32](g, "labels", Batch, data.Classes)
	one, seed = nets.Input[float32](g, "one", 1, 1)
	seed.Data[0] = 1
	l, err := t.Net.build(t.be, g, x)
	if err != nil {
		return err
	}
	loss, err := ops.CrossEntropy(l.logits, y)
	if err != nil {
		return err
	}
	grads, err := ops.Grad(loss, one, l.params)
	if err != nil {
		return err
	}
	t.program, err = plan.Compile(t.be, append(gorgonia.Nodes{loss}, grads...)...)
	return err
}

// Steps is the number of steps of the whole training.
func (t *Trainer) Steps() int64 { return t.steps }

// Step trains on one batch and returns its loss, nats per image.
func (t *Trainer) Step() float64 {
	t.batch()
	t.program.Run()
	rate := Rate * (1 - float64(t.step)/float64(t.steps))
	t.step++
	a := kernels.NewAdamStep(rate, 0.9, 0.999, 1e-8, t.step)
	for i, p := range t.Net.Params() {
		t.be.Adam(p.Data, t.m[i], t.v[i], t.program.Output(1+i).Data, a)
	}
	return float64(t.program.Output(0).Data[0])
}

// batch fills the inputs with the next batch of the pass.
func (t *Trainer) batch() {
	perEpoch := t.steps / Epochs
	epoch, at := t.step/perEpoch, t.step%perEpoch
	if at == 0 {
		data.Order(t.order, t.key, uint32(epoch))
	}
	indices := t.order[at*Batch:][:Batch]
	t.images.Fill(t.x.Data, data.Signed(), indices)
	t.images.Classes(t.classes[:], indices)
	clear(t.y.Data)
	for i, c := range t.classes {
		t.y.Data[i*data.Classes+int(c)] = 1
	}
}
