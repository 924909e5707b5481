package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// SemiSupervised is the graph of a classifier as a semi-supervised
// discriminator, for one batch of labelled, one of unlabelled and one of
// generated images (experiments.md §1.0, §1.2): with s = logsumexp of an
// image's logits and D(x) = σ(s),
//
//	DLoss = cross-entropy + weight·(mean softplus(−s_unlabelled) + mean softplus(s_fake))
//
// The weight is 1 in the source and ½ in OpenAI's code. The three batches lie
// below each other in X, so that the weights are used once for all.
type SemiSupervised[T kernels.Float] struct {
	X      kernels.Matrix[T] // to fill: labelled, unlabelled, generated images
	Labels kernels.Matrix[T] // to fill: (labelled, classes), a one in each label's column
	Noise  Noise[T]          // to fill, for all rows of X

	DLoss, DLabelled *gorgonia.Node // (1, 1); DLabelled is the cross-entropy
	DReal, DFake     *gorgonia.Node // (1, 1), mean D(x) of both; none without unlabelled images
	Features         *gorgonia.Node // of the labelled images

	DGrads gorgonia.Nodes // ∂DLoss/∂θ_D in the order of the classifier's Params
}

// Batches are the sizes of the batches of a discriminator's step. Without
// unlabelled and generated images the loss is the cross-entropy alone.
type Batches struct{ Labelled, Unlabelled, Fake int }

func (b Batches) rows() int { return b.Labelled + b.Unlabelled + b.Fake }

// NewSemiSupervised builds the graph.
func NewSemiSupervised[T kernels.Float](be kernels.Backend[T], c *Classifier[T], b Batches, weight float64) (*SemiSupervised[T], error) {
	g := gorgonia.NewGraph()
	s := &sticky[T]{ops: Ops[T]{Backend: be}}
	d := &SemiSupervised[T]{}
	params := bind(g, c.Params, c.Fixed)
	x, xm := Input[T](g, "x", b.rows(), c.In)
	labels, lm := Input[T](g, "labels", b.Labelled, c.Classes)
	noise, nm := noiseOf[T](g, "d", c.ClassifierForm, b.rows())
	d.X, d.Labels, d.Noise = xm, lm, nm
	d.losses(s, c, params, x, labels, noise, b, weight)
	if s.err == nil {
		one, om := Input[T](g, "one", 1, 1)
		om.Data[0] = 1
		d.DGrads = s.vjp(nodes{d.DLoss}, nodes{one}, params.nodes(c.Params))
	}
	if s.err != nil {
		return nil, fmt.Errorf("building the semi-supervised discriminator: %w", s.err)
	}
	return d, nil
}

func (d *SemiSupervised[T]) losses(s *sticky[T], c *Classifier[T], params bound[T], x, labels node, noise nodes, b Batches, weight float64) {
	batches := []int{b.Labelled}
	if b.Unlabelled > 0 {
		batches = append(batches, b.Unlabelled, b.Fake)
	}
	var features, logits node
	features, logits, s.err = s.ops.classify(c, params, x, noise, batches)
	ofLabelled := s.rows(logits, 0, b.Labelled)
	d.Features = s.rows(features, 0, b.Labelled)
	d.DLabelled = s.do(func() (node, error) { return s.ops.CrossEntropy(ofLabelled, labels) })
	if d.DLoss = d.DLabelled; b.Unlabelled == 0 {
		return
	}
	real := s.logSumExp(s.rows(logits, b.Labelled, b.Unlabelled))
	fake := s.logSumExp(s.rows(logits, b.Labelled+b.Unlabelled, b.Fake))
	d.DLoss = s.add(d.DLabelled, s.scale(s.add(s.softplus(real, -1), s.softplus(fake, +1)), weight))
	d.DReal, d.DFake = s.sigmoid(real), s.sigmoid(fake)
}
