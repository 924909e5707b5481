package main

import (
	"context"
	"time"
)

// losses are an iteration's: the discriminator's at the first look-ahead step,
// the generator's after the last.
type losses [2]float64

// trainer trains one case at a time.
type trainer interface {
	// open builds a case from its weights.
	open(s spec, d *data) error

	// check trains on d's batches and returns each iteration's losses.
	check() ([]losses, error)

	// run trains at least n iterations on batches that it draws itself, and
	// returns the processor time of one.
	run(n int) (time.Duration, error)

	close() error
}

// contestant is one way to train.
type contestant struct {
	trainer
	name, version string
	none          string // why it is not measured; "" when it is
	truncated     bool   // it has no full gradient
}

func (c *contestant) trains(s spec) bool { return c.none == "" && !(s.full && c.truncated) }

func (c *contestant) close() error {
	if c.trainer == nil {
		return nil
	}
	return c.trainer.close()
}

// The names of those that the last lines are about.
const (
	oursName   = "sweep"
	torchOne   = "PyTorch eager"
	torchFused = "PyTorch eager, fused Adam"
	jaxOne     = "JAX jit"
)

// contestants starts everybody; ours is the first.
func contestants(ctx context.Context, o options) ([]*contestant, error) {
	found, err := readPeers(o.peers)
	if err != nil {
		return nil, err
	}
	torch := o.scripts + "/torch_peer.py"
	return []*contestant{
		{name: oursName, version: numerics(), trainer: &ours{}},
		startPeer(ctx, torchOne, found["torch"], torch, "plain"),
		startPeer(ctx, torchFused, found["torch"], torch, "fused"),
		truncatedOnly(startPeer(ctx, "torch.compile", found["torch"], torch, "compile")),
		startPeer(ctx, jaxOne, found["jax"], o.scripts+"/jax_peer.py"),
		{name: "gorgonia, gonum BLAS", version: gorgoniaVersion(), trainer: &stockRing{}, truncated: true},
	}, nil
}

// truncatedOnly leaves out the full gradient: torch.compile has no second
// derivative.
func truncatedOnly(c *contestant) *contestant {
	c.truncated = true
	return c
}
