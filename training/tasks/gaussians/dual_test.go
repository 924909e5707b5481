package gaussians_test

import (
	"fmt"
	"math"
	"testing"

	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/tasks/gaussians"
)

// The second oracle writes every variant of design.md §7 out in dual numbers:
// each of the generator's weights in turn is x+ε, an outer iteration is computed
// forwards with first-order gradients made by hand, and the loss's ε is the
// gradient. It has no second derivatives, no adjoints and no graph, and shares
// nothing with the code under test but the random numbers.

// dual is v + d·ε with ε² = 0.
type dual struct{ v, d float64 }

func num(v float64) dual { return dual{v: v} }

func (a dual) add(b dual) dual      { return dual{a.v + b.v, a.d + b.d} }
func (a dual) sub(b dual) dual      { return dual{a.v - b.v, a.d - b.d} }
func (a dual) mul(b dual) dual      { return dual{a.v * b.v, a.d*b.v + a.v*b.d} }
func (a dual) div(b dual) dual      { return dual{a.v / b.v, (a.d*b.v - a.v*b.d) / (b.v * b.v)} }
func (a dual) times(c float64) dual { return dual{a.v * c, a.d * c} }

func (a dual) relu() dual {
	if a.v > 0 {
		return a
	}
	return dual{}
}

func (a dual) sigmoid() dual {
	s := sigmoid(a.v)
	return dual{s, a.d * s * (1 - s)}
}

func (a dual) softplus() dual { return dual{math.Log(1 + math.Exp(a.v)), a.d * sigmoid(a.v)} }

// root has no derivative at 0, where nothing goes through it.
func (a dual) root() dual {
	if a.v == 0 {
		return dual{}
	}
	r := math.Sqrt(a.v)
	return dual{r, a.d / (2 * r)}
}

// critic is D in dual numbers: 2 inputs, one hidden layer of n, one logit; w is
// W0 (2, n), b0 (n), W1 (n), b1, one after the other, m and v its moments.
type critic struct {
	n       int
	w, m, v []dual
	t       int
	sgd     bool
}

func (c critic) clone() critic {
	for _, x := range []*[]dual{&c.w, &c.m, &c.v} {
		*x = append([]dual{}, *x...)
	}
	return c
}

func (c critic) hidden(x [2]dual, j int) dual {
	return x[0].times(0.5).mul(c.w[j]).add(x[1].times(0.5).mul(c.w[c.n+j])).add(c.w[2*c.n+j]).relu()
}

func (c critic) logit(x [2]dual) dual {
	l := c.w[4*c.n]
	for j := range c.n {
		l = l.add(c.hidden(x, j).mul(c.w[3*c.n+j]))
	}
	return l
}

// addGrad adds the gradient of softplus(sign·logit(x))/batch.
func (c critic) addGrad(g []dual, x [2]dual, sign, batch float64) {
	u := c.logit(x).times(sign).sigmoid().times(sign / batch)
	g[4*c.n] = g[4*c.n].add(u)
	for j := range c.n {
		h := c.hidden(x, j)
		g[3*c.n+j] = g[3*c.n+j].add(u.mul(h))
		if h.v <= 0 {
			continue
		}
		down := u.mul(c.w[3*c.n+j])
		g[j] = g[j].add(down.mul(x[0]).times(0.5))
		g[c.n+j] = g[c.n+j].add(down.mul(x[1]).times(0.5))
		g[2*c.n+j] = g[2*c.n+j].add(down)
	}
}

func (c *critic) step(g []dual) {
	c.t++
	if c.sgd {
		for i := range g {
			c.w[i] = c.w[i].sub(g[i].times(sgdRate))
		}
		return
	}
	rate := 1e-3 * math.Sqrt(1-math.Pow(0.999, float64(c.t))) / (1 - math.Pow(0.5, float64(c.t)))
	for i := range g {
		c.m[i] = c.m[i].add(g[i].sub(c.m[i]).times(0.5))
		c.v[i] = c.v[i].add(g[i].mul(g[i]).sub(c.v[i]).times(0.001))
		c.w[i] = c.w[i].sub(c.m[i].times(rate).div(c.v[i].root().add(num(1e-8))))
	}
}

// world is a trial of the second oracle.
type world struct {
	variant
	g     layers // weights and moments; the graph's own code is not used
	gt    int
	d     critic
	batch int
	mix   gaussians.Mixture
	be    *kernels.Reference[float64]
}

func (o *world) counter(s kernels.Stream, step int, inner uint32) kernels.Counter {
	return kernels.Counter{Stream: s, Outer: uint32(step), Inner: inner}
}

func (o *world) real(step int, inner uint32) (out [][2]dual) {
	x := make([]float64, 2*o.batch)
	gaussians.Draw(o.be, o.mix, x, kernels.NewKey(42), o.counter(kernels.StreamReal, step, inner))
	for i := range o.batch {
		out = append(out, [2]dual{num(x[2*i]), num(x[2*i+1])})
	}
	return out
}

// fake is G(z) with weight at moved by ε; at < 0 moves none.
func (o *world) fake(at int, s kernels.Stream, step int, inner uint32) (out [][2]dual) {
	dim := o.g[0].rows
	z := make([]float64, dim*o.batch)
	o.be.Normals(z, kernels.NewKey(42), o.counter(s, step, inner))
	for i := range o.batch {
		x := make([]dual, dim)
		for j := range x {
			x[j] = num(z[i*dim+j])
		}
		p := o.pass(at, x)
		out = append(out, [2]dual{p[0], p[1]})
	}
	return out
}

func (o *world) pass(at int, x []dual) []dual {
	weight := func(i int, t *tensor) dual {
		w := num(t.w[i])
		if i == at {
			w.d = 1
		}
		return w
	}
	for i := 0; i < len(o.g); i += 2 {
		w, b := o.g[i], o.g[i+1]
		y := make([]dual, w.cols)
		for c := range y {
			for r := range x {
				y[c] = y[c].add(x[r].mul(weight(r*w.cols+c, w)))
			}
			at -= len(w.w)
			y[c] = y[c].add(weight(c, b))
			at += len(w.w)
			if i+2 < len(o.g) {
				y[c] = y[c].relu()
			}
		}
		at -= len(w.w) + len(b.w)
		if at < 0 {
			at = -1 << 30 // none of the layers above
		}
		x = y
	}
	return x
}

func (o *world) lookGrad(d critic, real, fake [][2]dual) []dual {
	g := make([]dual, len(d.w))
	for i := range real {
		d.addGrad(g, real[i], -1, float64(o.batch))
		d.addGrad(g, fake[i], +1, float64(o.batch))
	}
	return g
}

func (o *world) dLoss(d critic, real, fake [][2]dual) (loss dual) {
	for i := range real {
		loss = loss.add(d.logit(real[i]).times(-1).softplus()).add(d.logit(fake[i]).softplus())
	}
	return loss.times(1 / float64(o.batch))
}

func (o *world) gLoss(d critic, real, fake [][2]dual) (loss dual) {
	if o.loss == "minimax" {
		return o.dLoss(d, real, fake).times(-1)
	}
	for i := range fake {
		loss = loss.add(d.logit(fake[i]).times(-1).softplus())
	}
	return loss.times(1 / float64(o.batch))
}

// ahead is the look-ahead and the generator's loss, with weight at moved; first
// is D after look-ahead step 0.
func (o *world) ahead(at, step int) (numbers []float64, loss dual, first, last critic) {
	d := o.d.clone()
	real, fake := o.real(step, 0), o.fake(at, kernels.StreamZ, step, 0)
	numbers = []float64{o.dLoss(d, real, fake).v, 0, 0}
	for i := range real {
		numbers[1] += d.logit(real[i]).sigmoid().v / float64(o.batch)
		numbers[2] += d.logit(fake[i]).sigmoid().v / float64(o.batch)
	}
	if o.k == 0 {
		loss = o.gLoss(d, real, fake)
		d.step(o.lookGrad(d, real, fake))
		return numbers, loss, d, d
	}
	for inner := range o.k {
		if inner > 0 && o.batches == "fresh" {
			real, fake = o.real(step, uint32(inner)), o.fake(at, kernels.StreamZ, step, uint32(inner))
		}
		d.step(o.lookGrad(d, real, fake))
		if inner == 0 {
			first = d.clone()
		}
	}
	last = d.clone()
	if o.gradient == "truncated" {
		for i := range d.w {
			d.w[i].d = 0 // D is a constant
		}
	}
	if o.batches == "fresh" {
		real, fake = o.real(step, math.MaxUint32), o.fake(at, kernels.StreamZG, step, 0)
	}
	return numbers, o.gLoss(d, real, fake), first, last
}

// step is one outer iteration.
func (o *world) step(step int) []float64 {
	if o.rollback == "reset" {
		clear(o.d.m)
		clear(o.d.v)
		o.d.t = 0
	}
	numbers, loss, first, last := o.ahead(-1<<30, step)
	at := 0
	for _, t := range o.g {
		for i := range t.grad {
			_, moved, _, _ := o.ahead(at, step)
			t.grad[i] = moved.d
			at++
		}
	}
	o.gt++
	o.g.adam(o.gt)
	switch {
	case o.rollback == "none" || o.k == 0:
		o.d = last
	case o.rollback == "restore":
		o.d = first
	default:
		last.w = first.w
		o.d = last
	}
	return append(numbers, loss.v)
}

func newWorld(t *testing.T, v variant, s checkpoint.State) *world {
	t.Helper()
	mix, err := gaussians.NewMixture("ring8", 0)
	if err != nil {
		t.Fatal(err)
	}
	o := &world{variant: v, g: read(t, s, "generator", 2, 3, 3, 2), batch: 5, mix: mix, be: kernels.NewReference[float64]()}
	o.d.n, o.d.sgd = 4, v.optimizer == "sgd"
	for _, l := range read(t, s, "discriminator", 2, 4, 1) {
		for i := range l.w {
			o.d.w, o.d.m, o.d.v = append(o.d.w, num(l.w[i])), append(o.d.m, num(l.m[i])), append(o.d.v, num(l.v[i]))
		}
	}
	return o
}

// TestEveryVariantIsTheSpecificationInDualNumbers trains every variant beside
// the oracle.
func TestEveryVariantIsTheSpecificationInDualNumbers(t *testing.T) {
	for _, v := range variants(0, 1, 2, 3, 5) {
		if v.k == 0 && (v.gradient == "full" || v.batches == "fixed") {
			continue // no look-ahead: canonicalised away (design.md §4.5)
		}
		run := open[float64](t, v.tiny(t))
		o := newWorld(t, v, run.State(0))
		for step := 1; step <= 4; step++ {
			points, _ := run.Step(t.Context(), int64(step))
			want := o.step(step)
			for i, p := range points {
				if math.Abs(p.Value-want[i]) > 1e-10 {
					t.Errorf("%v: step %d: %s is %v, want %v", v, step, p.Metric, p.Value, want[i])
				}
			}
			if err := o.sameGradients(gaussians.GradientsOfG(run)); err != nil {
				t.Fatalf("%v: step %d: %v", v, step, err)
			}
			if err := o.sameWeights(t, run.State(int64(step))); err != nil {
				t.Fatalf("%v: step %d: %v", v, step, err)
			}
		}
	}
}

// sameGradients compares the generator's gradients, to 1e-6 of the largest in
// their tensor: Adam's step hides their size.
func (o *world) sameGradients(got [][]float64) error {
	for i, l := range o.g {
		var largest float64
		for _, g := range l.grad {
			largest = math.Max(largest, math.Abs(g))
		}
		for j, want := range l.grad {
			if math.Abs(got[i][j]-want) > 1e-6*largest {
				return fmt.Errorf("G's tensor %d has gradient %v, want %v", i, got[i][j], want)
			}
		}
	}
	return nil
}

// sameWeights compares the state's weights and D's counter with the oracle's.
func (o *world) sameWeights(t *testing.T, s checkpoint.State) error {
	t.Helper()
	at := 0
	for _, l := range read(t, s, "discriminator", 2, 4, 1) {
		for i := range l.w {
			if got, want := l.w[i], o.d.w[at].v; math.Abs(got-want) > 1e-10 {
				return fmt.Errorf("D's weight %d is %v, want %v", at, got, want)
			}
			at++
		}
	}
	for j, l := range read(t, s, "generator", 2, 3, 3, 2) {
		for i := range l.w {
			if got, want := l.w[i], o.g[j].w[i]; math.Abs(got-want) > 1e-10 {
				return fmt.Errorf("G's tensor %d, weight %d is %v, want %v", j, i, got, want)
			}
		}
	}
	if got := s.Counters[o.optimizer+".discriminator"]; got != int64(o.d.t) {
		return fmt.Errorf("D's counter is %d, want %d", got, o.d.t)
	}
	return nil
}
