package mnist

import (
	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/tasks/mnist/data"
	"sweep/training/unroll"
)

// DiscriminatorStep is a trial in which the discriminator alone steps, against
// the generator as it is initialised: what benchmarks time and compare.
type DiscriminatorStep struct {
	game *game[float32]
	loop *unroll.Loop[float32]
}

// NewDiscriminatorStep opens one; k of the config does not matter.
func NewDiscriminatorStep(cfg training.Config, set *data.Set, be kernels.Backend[float32]) (*DiscriminatorStep, error) {
	m, err := newGame(read(cfg), set, be)
	if err != nil {
		return nil, err
	}
	nobody := unroll.NewPlayer[float32](be, m.g, nil, nil)
	return &DiscriminatorStep{m, unroll.New(lookOnly{m}, nobody, m.playerD(), 1, unroll.None)}, nil
}

// Step draws the batches of step ≥ 1, generated images included, computes the
// gradients, steps by Adam, and returns the loss.
func (d *DiscriminatorStep) Step(step uint32) float64 {
	look, _ := d.loop.Step(step)
	return look.Loss
}

// Batch is what the latest step saw: labelled, unlabelled and generated images
// below each other, the labels, and the noise of every layer.
func (d *DiscriminatorStep) Batch() (x, labels kernels.Matrix[float32], noise []kernels.Matrix[float32]) {
	return d.game.seen.X, d.game.seen.Labels, d.game.seen.Noise
}

// Params are the discriminator's.
func (d *DiscriminatorStep) Params() []*nets.Param[float32] { return d.game.disc.Params }

// Flops are the floating-point operations of a step's products: the generator
// forward, the discriminator forward, by its weights, and by the inputs of all
// its layers but the first.
func (d *DiscriminatorStep) Flops() float64 {
	rows := float64(d.game.seen.X.Rows)
	var flops float64
	for i, l := range d.game.disc.Params {
		if l.Rows > 1 {
			n := 2 * rows * float64(l.Rows*l.Cols)
			if flops += 3 * n; i == 0 {
				flops -= n
			}
		}
	}
	if d.game.unsupervised {
		for _, l := range d.game.gen.Params {
			if l.Rows > 1 {
				flops += 2 * float64(d.game.batch*l.Rows*l.Cols)
			}
		}
	}
	return flops
}

// lookOnly is a game without the generator's moves.
type lookOnly struct{ *game[float32] }

func (lookOnly) Generate(uint32) float64 { return 0 }
