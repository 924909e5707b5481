package stock

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// player is one player's training step: its own graph and machine, because
// gorgonia.Grad is wrong for a second loss in one graph.
type player struct {
	z, real   []float32 // inputs, to fill
	params    []param   // those it trains
	loss      *gorgonia.Node
	machine   gorgonia.VM
	trained   []gorgonia.ValueGrad
	optimizer *gorgonia.AdamSolver
	adam      Adam
	steps     int // of the optimizer
}

// step is one step of Adam; it returns the loss before it.
func (p *player) step() (float64, error) {
	defer p.machine.Reset()
	if err := p.machine.RunAll(); err != nil {
		return 0, err
	}
	loss, ok := p.loss.Value().Data().(float32)
	if !ok {
		return 0, fmt.Errorf("the loss is a %T", p.loss.Value().Data())
	}
	p.uncorrected()
	return float64(loss), p.optimizer.Step(p.trained)
}

// uncorrected moves ε: the task adds it to the root of the uncorrected v, the
// solver to the corrected one's.
func (p *player) uncorrected() {
	p.steps++
	gorgonia.WithEps(p.adam.Eps / math.Sqrt(1-math.Pow(p.adam.Beta2, float64(p.steps))))(p.optimizer)
}

type param struct {
	name  string
	value *tensor.Dense
}

func (p param) data() []float32 { return p.value.Data().([]float32) }

func newParam(name string, rows, cols int, data []float32) param {
	own := append(make([]float32, 0, rows*cols), data...)
	return param{name, tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(own[:rows*cols]))}
}

func tensors(name string, layers []Layer) (params []param) {
	for i, l := range layers {
		params = append(params, newParam(fmt.Sprintf("%s%d.weights", name, i), l.In, l.Out, l.Weights),
			newParam(fmt.Sprintf("%s%d.bias", name, i), 1, l.Out, l.Bias))
	}
	return params
}

func bind(g *gorgonia.ExprGraph, params []param) gorgonia.Nodes {
	var nodes gorgonia.Nodes
	for _, p := range params {
		nodes = append(nodes, gorgonia.NodeFromAny(g, p.value, gorgonia.WithName(p.name)))
	}
	return nodes
}

// newDiscriminator's loss is mean softplus(−D(real)) + mean softplus(D(G(z))).
func newDiscriminator(s Settings, gen, disc []param) (*player, error) {
	b := &builder{graph: gorgonia.NewGraph(), scale: float32(s.Scale)}
	z, zs := b.input("z", s.Batch, s.Generator[0].In)
	real, reals := b.input("real", s.Batch, s.Discriminator[0].In)
	trained := bind(b.graph, disc)
	fake := b.mlp(z, bind(b.graph, gen))
	onReal := b.softplusMean(b.neg(b.mlp(b.scaled(real), trained)))
	onFake := b.softplusMean(b.mlp(b.scaled(fake), trained))
	p := &player{z: zs, real: reals, params: disc, loss: b.add(onReal, onFake)}
	return p, b.finish(p, s, trained)
}

// newGenerator's loss is mean softplus(−D(G(z))).
func newGenerator(s Settings, gen, disc []param) (*player, error) {
	b := &builder{graph: gorgonia.NewGraph(), scale: float32(s.Scale)}
	z, zs := b.input("z", s.Batch, s.Generator[0].In)
	trained := bind(b.graph, gen)
	logits := b.mlp(b.scaled(b.mlp(z, trained)), bind(b.graph, disc))
	p := &player{z: zs, params: gen, loss: b.softplusMean(b.neg(logits))}
	return p, b.finish(p, s, trained)
}
