package mnist

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// game computes losses and gradients for unroll.Loop: it draws the batches and
// runs programs over the two networks' graphs.
type game[T kernels.Float] struct {
	settings
	be     kernels.Backend[T]
	images *images
	disc   *nets.Classifier[T]
	gen    *nets.ImageGenerator[T] // nil without a generator

	seen    *nets.SemiSupervised[T]
	look    *plan.Program[T] // dNumbers, then D's gradients
	maker   *maker[T]        // generated images of the look-ahead
	against *nets.Adversary[T]
	push    *plan.Program[T] // the generator's loss, statistics and gradients

	labelledLoss float64 // of look-ahead step 0 of the present outer step
}

// The order of look's outputs; the control has no generated images, and so none
// from dReal on.
const (
	dLoss = iota
	dLabelled
	dFeatures
	dReal
	dFake
)

func newGame[T kernels.Float](s settings, set *data.Set, be kernels.Backend[T]) (*game[T], error) {
	m, err := newPlayers(s, set, be)
	if err != nil {
		return nil, err
	}
	if err := m.compile(); err != nil {
		return nil, fmt.Errorf("task mnist-ssl: %w", err)
	}
	return m, nil
}

// newPlayers makes a game's images and weights: all that compile needs.
func newPlayers[T kernels.Float](s settings, set *data.Set, be kernels.Backend[T]) (*game[T], error) {
	images, err := newImages(s, set)
	if err != nil {
		return nil, err
	}
	m := &game[T]{settings: s, be: be, images: images}
	m.networks()
	return m, m.firstBatch()
}

// networks makes both players' weights.
func (m *game[T]) networks() {
	m.disc = nets.NewClassifier[T]("discriminator", m.classifier)
	m.disc.Initialise(m.be, m.deviation(), m.key, kernels.StreamInitD)
	if m.unsupervised {
		m.gen = nets.NewImageGenerator[T]("generator", m.generator)
		m.gen.Initialise(m.be, m.key, kernels.StreamInitG)
	}
}

// deviation is the initial weights': Glorot's in the source, 0.1 in OpenAI's
// code, where weight normalisation makes it irrelevant.
func (s settings) deviation() func(in, out int) float64 {
	if s.improved {
		return func(int, int) float64 { return 0.1 }
	}
	return nets.GlorotNormal
}

// firstImages is how many images weight normalisation is initialised with
// (experiments.md §3.2).
const firstImages = 500

// firstBatch initialises weight normalisation from real images.
func (m *game[T]) firstBatch() error {
	if !m.classifier.WeightNorm {
		return nil
	}
	n := min(firstImages, len(m.images.pool))
	chosen := make([]int32, n)
	data.Draw(chosen, m.images.pool, m.key, kernels.Counter{Stream: kernels.StreamInitD, Outer: 1})
	x := kernels.NewMatrix[T](n, data.Pixels)
	fill(x.Data, m.images.set.Train, m.images.scale, chosen)
	normals := nets.Noise[T]{kernels.NewMatrix[T](n, data.Pixels)}
	for _, units := range m.classifier.Hidden {
		normals = append(normals, kernels.NewMatrix[T](n, units))
	}
	noise(m.be, normals, m.key, kernels.StreamInitD, 2, 0)
	if err := m.disc.InitFrom(m.be, x, normals); err != nil {
		return fmt.Errorf("%w: task mnist-ssl: %w", training.ErrConfig, err)
	}
	return nil
}

// compile lowers what the loop will use.
func (m *game[T]) compile() (err error) {
	if m.seen, err = nets.NewSemiSupervised(m.be, m.disc, m.batches(), m.weight()); err != nil {
		return err
	}
	outputs := gorgonia.Nodes{m.seen.DLoss, m.seen.DLabelled, m.seen.Features}
	if m.unsupervised {
		outputs = append(outputs, m.seen.DReal, m.seen.DFake)
	}
	if m.look, err = plan.Compile(m.be, append(outputs, m.seen.DGrads...)...); err != nil || !m.unsupervised {
		return err
	}
	if m.maker, err = newMaker(m.be, m.gen, m.batch, false); err != nil {
		return err
	}
	form := m.loss
	form.Images = m.labelledBatch()
	if m.against, err = nets.NewAdversary(m.be, m.gen, m.disc, form); err != nil {
		return err
	}
	m.push, err = plan.Compile(m.be, m.pushOutputs()...)
	return err
}

// pushOutputs are the loss, every pass's statistics, and the gradients.
func (m *game[T]) pushOutputs() gorgonia.Nodes {
	out := gorgonia.Nodes{m.against.GLoss}
	for _, stats := range m.against.Stats {
		out = append(out, stats...)
	}
	return append(out, m.against.GGrads...)
}

// loop makes the loop over both players; the control's generator has no weights.
func (m *game[T]) loop() *unroll.Loop[T] {
	var weights, grads [][]T
	if m.unsupervised {
		weights = m.gen.Data()
		grads = gradients(m.push, 1+len(m.against.Stats)*len(m.gen.Running), len(weights))
	}
	return unroll.New(m, unroll.NewPlayer(m.be, m.g, weights, grads), m.playerD(), m.k, m.rollback)
}

func (m *game[T]) playerD() *unroll.Player[T] {
	first := dReal
	if m.unsupervised {
		first = dFake + 1
	}
	weights := m.disc.Data()
	grads := gradients(m.look, first, len(weights))
	if m.sgd {
		return unroll.NewSGDPlayer(m.be, m.d.Rate, weights, grads)
	}
	return unroll.NewPlayer(m.be, m.d, weights, grads)
}

func gradients[T kernels.Float](p *plan.Program[T], first, n int) [][]T {
	out := make([][]T, n)
	for i := range out {
		out[i] = p.Output(first + i).Data
	}
	return out
}
