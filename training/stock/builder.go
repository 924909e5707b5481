package stock

import "gorgonia.org/gorgonia"

// builder builds a graph and keeps the first error, after which it does nothing.
type builder struct {
	graph *gorgonia.ExprGraph
	scale float32
	err   error
}

type node = *gorgonia.Node

func (b *builder) input(name string, rows, cols int) (node, []float32) {
	p := newParam(name, rows, cols, make([]float32, rows*cols))
	return gorgonia.NodeFromAny(b.graph, p.value, gorgonia.WithName(name)), p.data()
}

func (b *builder) keep(f func() (node, error)) (out node) {
	if b.err == nil {
		out, b.err = f()
	}
	return out
}

func (b *builder) mlp(x node, params gorgonia.Nodes) node {
	for i := 0; i < len(params); i += 2 {
		product := b.keep(func() (node, error) { return gorgonia.Mul(x, params[i]) })
		x = b.keep(func() (node, error) { return gorgonia.BroadcastAdd(product, params[i+1], nil, []byte{0}) })
		if i+2 < len(params) {
			x = b.keep(func() (node, error) { return gorgonia.Rectify(x) })
		}
	}
	return x
}

func (b *builder) scaled(x node) node {
	return b.keep(func() (node, error) { return gorgonia.HadamardProd(x, gorgonia.NewConstant(b.scale)) })
}

func (b *builder) neg(x node) node { return b.keep(func() (node, error) { return gorgonia.Neg(x) }) }

func (b *builder) softplusMean(x node) node {
	y := b.keep(func() (node, error) { return gorgonia.Softplus(x) })
	return b.keep(func() (node, error) { return gorgonia.Mean(y) })
}

func (b *builder) add(x, y node) node {
	return b.keep(func() (node, error) { return gorgonia.Add(x, y) })
}

// finish adds the gradient, the machine and the optimizer.
func (b *builder) finish(p *player, s Settings, trained gorgonia.Nodes) error {
	if b.err != nil {
		return b.err
	}
	if _, err := gorgonia.Grad(p.loss, trained...); err != nil {
		return err
	}
	p.machine = gorgonia.NewTapeMachine(b.graph, gorgonia.BindDualValues(trained...))
	p.trained = gorgonia.NodesToValueGrads(trained)
	p.adam = s.Adam
	p.optimizer = gorgonia.NewAdamSolver(gorgonia.WithLearnRate(s.Adam.Rate), gorgonia.WithBeta1(s.Adam.Beta1), gorgonia.WithBeta2(s.Adam.Beta2))
	return nil
}
