package nets

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"sweep/training/kernels"
)

// Adversary is the graph of a generator's step against a classifier that is a
// constant (experiments.md §1.0): with s = logsumexp of the logits of generated
// images,
//
//	GLoss = mean softplus(−s)  or  −(mean softplus(−s_real) + mean softplus(s))
//
// plus feature matching.
type Adversary[T kernels.Float] struct {
	Z     kernels.Matrix[T] // to fill: (batch, z_dim)
	Noise Noise[T]          // to fill: the classifier's, for the generated images

	Real      kernels.Matrix[T] // to fill where it has rows: unlabelled images (batch, pixels)
	RealNoise Noise[T]          // to fill: the classifier's, for them

	Features   kernels.Matrix[T] // to fill where it has rows: the features to match, image by image
	ZMatch     kernels.Matrix[T] // to fill where it has rows: the codes of the images that match them
	MatchNoise Noise[T]          // to fill: the classifier's, for those

	GLoss  *gorgonia.Node   // (1, 1)
	Stats  []gorgonia.Nodes // of the generator's passes in order, for ImageGenerator.Update
	GGrads gorgonia.Nodes   // ∂GLoss/∂θ_G in the order of the generator's Params
}

// GeneratorStep is the form of a generator's loss.
type GeneratorStep struct {
	Batch int
	Loss  GeneratorLoss
	Match Matching // "" for none

	// Images is how many images MatchElements compares; unless it is Batch, they
	// are generated in a pass of their own, as the source does.
	Images int

	// MatchOnly leaves the feature matching alone, as a mean over the features:
	// OpenAI's loss (experiments.md §3.2).
	MatchOnly bool
}

func (f GeneratorStep) real() bool { return f.Loss == Minimax && !f.MatchOnly || f.Match == MatchMeans }

// adversary builds an Adversary's graph.
type adversary[T kernels.Float] struct {
	*Adversary[T]
	sticky[T]
	GeneratorStep
	graph *gorgonia.ExprGraph
	c     *Classifier[T]
	g     *ImageGenerator[T]
	ofC   bound[T]
	ofG   bound[T]
}

// pass is some images and what the classifier makes of them.
type pass struct{ images, features, logits node }

// NewAdversary builds the graph.
func NewAdversary[T kernels.Float](be kernels.Backend[T], g *ImageGenerator[T], c *Classifier[T], f GeneratorStep) (*Adversary[T], error) {
	graph := gorgonia.NewGraph()
	a := &adversary[T]{Adversary: &Adversary[T]{}, sticky: sticky[T]{ops: Ops[T]{Backend: be}}, GeneratorStep: f, graph: graph,
		g: g, c: c, ofC: bind(graph, c.Params, c.Fixed), ofG: g.bind(graph)}
	a.losses()
	if a.err == nil {
		one, om := Input[T](graph, "one", 1, 1)
		om.Data[0] = 1
		a.GGrads = a.vjp(nodes{a.GLoss}, nodes{one}, a.ofG.nodes(g.Params))
	}
	if a.err != nil {
		return nil, fmt.Errorf("building the generator's loss: %w", a.err)
	}
	return a.Adversary, nil
}

func (a *adversary[T]) losses() {
	fake := a.generated("fake", a.Batch, &a.Z, &a.Noise)
	var real pass
	if a.real() {
		x, m := Input[T](a.graph, "real", a.Batch, a.c.In)
		a.Real = m
		real = a.seen("real", x, &a.RealNoise)
	}
	match := a.matching(real, fake)
	switch {
	case a.err != nil:
	case a.MatchOnly:
		a.GLoss = a.scale(match, 1/float64(fake.features.Shape()[1]))
	case match != nil:
		a.GLoss = a.add(a.adversarial(real, fake), match)
	default:
		a.GLoss = a.adversarial(real, fake)
	}
}

// generated is a pass of the generator and of the classifier over its images.
func (a *adversary[T]) generated(name string, rows int, z *kernels.Matrix[T], noise *Noise[T]) pass {
	in, m := Input[T](a.graph, "z."+name, rows, a.g.Z)
	*z = m
	images, stats, err := a.ops.generate(a.g, a.ofG, in, false)
	if err != nil {
		a.err = err
		return pass{}
	}
	a.Stats = append(a.Stats, stats)
	return a.seen(name, images, noise)
}

// seen is a pass of the classifier.
func (a *adversary[T]) seen(name string, images node, noise *Noise[T]) pass {
	if a.err != nil {
		return pass{}
	}
	rows := images.Shape()[0]
	in, m := noiseOf[T](a.graph, name, a.c.ClassifierForm, rows)
	*noise = m
	p := pass{images: images}
	p.features, p.logits, a.err = a.ops.classify(a.c, a.ofC, images, in, []int{rows})
	return p
}

func (a *adversary[T]) adversarial(real, fake pass) node {
	s := a.logSumExp(fake.logits)
	if a.Loss == Minimax {
		return a.scale(a.add(a.softplus(a.logSumExp(real.logits), -1), a.softplus(s, +1)), -1)
	}
	return a.softplus(s, -1)
}

// matching is feature matching, nil for none.
func (a *adversary[T]) matching(real, fake pass) node {
	if a.err != nil || a.Match == "" {
		return nil
	}
	target := real.features
	if a.Match == MatchElements {
		if a.Images != a.Batch {
			fake = a.generated("match", a.Images, &a.ZMatch, &a.MatchNoise)
		}
		target, a.Features = Input[T](a.graph, "features", a.Images, a.c.Hidden[len(a.c.Hidden)-1])
	}
	return a.do(func() (node, error) { return a.ops.FeatureMatching(target, fake.features, a.Match) })
}
