package unroll_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"sweep/training/kernels"
	"sweep/training/unroll"
)

// duel is a small game with closed-form gradients: D minimises a quadratic
// around a point drawn for each batch, G one around D's weights. It writes down
// which batches were asked for, and at which weights of D.
type duel struct {
	g, d           []float64
	gGrad, dGrad   []float64
	asked          []string
	gAgainst, seen [][]float64
}

func newDuel() *duel {
	return &duel{g: []float64{0.3, -2}, d: []float64{1, 0.5, -0.7}, gGrad: make([]float64, 2), dGrad: make([]float64, 3)}
}

func target(outer, inner uint32, i int) float64 {
	return math.Sin(float64(outer)*1.3 + float64(inner)*0.7 + float64(i))
}

func (u *duel) lookGrad(outer, inner uint32) {
	u.seen = append(u.seen, slices.Clone(u.d))
	for i := range u.d {
		u.dGrad[i] = u.d[i] - target(outer, inner, i) + 0.1*u.g[0]
	}
}

func (u *duel) generateGrad() {
	u.gAgainst = append(u.gAgainst, slices.Clone(u.d))
	for i := range u.g {
		u.gGrad[i] = u.g[i] - u.d[i]
	}
}

func (u *duel) Look(outer, inner uint32) unroll.Look {
	u.asked = append(u.asked, fmt.Sprintf("look %d/%d", outer, inner))
	u.lookGrad(outer, inner)
	return unroll.Look{Loss: u.d[0], Real: float64(inner), Fake: float64(outer)}
}

func (u *duel) Generate(outer uint32) float64 {
	u.asked = append(u.asked, fmt.Sprintf("generate %d", outer))
	u.generateGrad()
	return u.d[1]
}

func (u *duel) Both(outer uint32) (unroll.Look, float64) {
	u.asked = append(u.asked, fmt.Sprintf("both %d", outer))
	u.lookGrad(outer, 0)
	u.generateGrad()
	return unroll.Look{Loss: u.d[0]}, u.d[1]
}

var adam = unroll.Adam{Rate: 0.1, Beta1: 0.5, Beta2: 0.9, Eps: 1e-8}

// descentRate is D's where it steps by SGD.
const descentRate = 0.3

func start(k int, mode unroll.Rollback, sgd bool) (*duel, *unroll.Loop[float64]) {
	u := newDuel()
	g, d := players(u, sgd)
	return u, unroll.New(u, g, d, k, mode)
}

// players are both of a duel; sgd is D's optimizer.
func players(u *duel, sgd bool) (g, d *unroll.Player[float64]) {
	be := kernels.NewReference[float64]()
	g = unroll.NewPlayer(be, adam, [][]float64{u.g}, [][]float64{u.gGrad})
	if sgd {
		return g, unroll.NewSGDPlayer(be, descentRate, [][]float64{u.d}, [][]float64{u.dGrad})
	}
	return g, unroll.NewPlayer(be, adam, [][]float64{u.d}, [][]float64{u.dGrad})
}

// oracle is Adam or SGD on plain slices, written apart from the code under test.
type oracle struct {
	w, m, v []float64
	t       int64
	sgd     bool
}

func (o oracle) clone() oracle {
	return oracle{slices.Clone(o.w), slices.Clone(o.m), slices.Clone(o.v), o.t, o.sgd}
}

// stateOf is the oracle in the state of a player of one tensor.
func stateOf(p *unroll.Player[float64], sgd bool) oracle {
	o := newOracle(p.Weights[0], sgd)
	if !sgd {
		copy(o.m, p.M[0])
		copy(o.v, p.V[0])
	}
	o.t = p.Steps
	return o
}

func (o *oracle) step(g []float64) {
	o.t++
	if o.sgd {
		for i := range o.w {
			o.w[i] -= descentRate * g[i]
		}
		return
	}
	rate := adam.Rate * math.Sqrt(1-math.Pow(adam.Beta2, float64(o.t))) / (1 - math.Pow(adam.Beta1, float64(o.t)))
	for i := range o.w {
		o.m[i] += (1 - adam.Beta1) * (g[i] - o.m[i])
		o.v[i] += (1 - adam.Beta2) * (g[i]*g[i] - o.v[i])
		o.w[i] -= rate * o.m[i] / (math.Sqrt(o.v[i]) + adam.Eps)
	}
}

func newOracle(w []float64, sgd bool) oracle {
	return oracle{slices.Clone(w), make([]float64, len(w)), make([]float64, len(w)), 0, sgd}
}

// iterate is an outer iteration told by experiments.md §1.0 and design.md §7.
func iterate(g, d *oracle, k int, mode unroll.Rollback, outer uint32) {
	if mode == unroll.Reset {
		*d = newOracle(d.w, d.sgd)
	}
	look := func(inner uint32) []float64 {
		grad := make([]float64, len(d.w))
		for i := range grad {
			grad[i] = d.w[i] - target(outer, inner, i) + 0.1*g.w[0]
		}
		return grad
	}
	against := func() []float64 { return []float64{g.w[0] - d.w[0], g.w[1] - d.w[1]} }
	if k == 0 {
		dg, gg := look(0), against()
		d.step(dg)
		g.step(gg)
		return
	}
	var first oracle
	for inner := range k {
		d.step(look(uint32(inner)))
		if inner == 0 {
			first = d.clone()
		}
	}
	g.step(against())
	switch mode {
	case unroll.Carry, unroll.Reset:
		d.w = first.w
	case unroll.Restore:
		*d = first
	}
}

var modes = []unroll.Rollback{unroll.Carry, unroll.Restore, unroll.Reset, unroll.None}

func near(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-12 })
}

// eachWay runs test for every rollback mode, k and optimizer of D.
func eachWay(t *testing.T, ks []int, test func(t *testing.T, mode unroll.Rollback, k int, sgd bool)) {
	for _, mode := range modes {
		for _, k := range ks {
			for _, sgd := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s k=%d sgd=%t", mode, k, sgd), func(t *testing.T) { test(t, mode, k, sgd) })
			}
		}
	}
}

func TestEveryCombinationDoesWhatTheSpecificationTells(t *testing.T) {
	eachWay(t, []int{0, 1, 2, 5}, func(t *testing.T, mode unroll.Rollback, k int, sgd bool) {
		u, l := start(k, mode, sgd)
		g, d := newOracle(u.g, false), newOracle(u.d, sgd)
		for outer := range uint32(7) {
			l.Step(outer)
			iterate(&g, &d, k, mode, outer)
			if !near(u.g, g.w) || !near(u.d, d.w) {
				t.Fatalf("step %d: weights %v %v, want %v %v", outer, u.g, u.d, g.w, d.w)
			}
			if mode == unroll.Reset {
				continue // moments are zeroed before their next use
			}
			got := stateOf(l.D, sgd)
			if !near(got.m, d.m) || !near(got.v, d.v) || got.t != d.t || l.G.Steps != g.t {
				t.Fatalf("step %d: moments %v %v at %d, want %v %v at %d", outer, got.m, got.v, got.t, d.m, d.v, d.t)
			}
		}
	})
}

func TestTheDiscriminatorEndsAtItsFirstStep(t *testing.T) {
	eachWay(t, []int{0, 1, 2, 5}, func(t *testing.T, mode unroll.Rollback, k int, sgd bool) {
		u, l := start(k, mode, sgd)
		for outer := range uint32(4) {
			u.seen, u.gAgainst = nil, nil
			gBefore, before := u.g[0], stateOf(l.D, sgd)
			if mode == unroll.Reset {
				before = newOracle(u.d, sgd)
			}
			l.Step(outer)
			grad := make([]float64, len(u.d)) // of look-ahead step 0, at θ_D^(0)
			for i := range grad {
				grad[i] = u.seen[0][i] - target(outer, 0, i) + 0.1*gBefore
			}
			before.step(grad)
			atFirst := near(u.d, before.w)
			if want := mode != unroll.None || k <= 1; atFirst != want {
				t.Fatalf("step %d: at θ_D^(1) is %v, want %v", outer, atFirst, want)
			}
			if k > 1 && near(u.gAgainst[0], before.w) {
				t.Fatalf("step %d: the generator was trained against θ_D^(1)", outer)
			}
			if k == 0 && !near(u.gAgainst[0], u.seen[0]) {
				t.Fatalf("step %d: at k = 0 the generator was not trained against θ_D^(0)", outer)
			}
		}
	})
}

// TestTheRollbackOfSGDIsOneButForNone: there is no state to tell carry, restore
// and reset apart, to the last bit.
func TestTheRollbackOfSGDIsOneButForNone(t *testing.T) {
	weights := map[unroll.Rollback][]float64{}
	for _, mode := range modes {
		u, l := start(3, mode, true)
		for outer := range uint32(5) {
			l.Step(outer)
		}
		weights[mode] = append(slices.Clone(u.g), u.d...)
		if len(l.D.M) != 0 || len(l.D.V) != 0 {
			t.Errorf("%s: SGD has moments", mode)
		}
	}
	for mode, w := range weights {
		if same := slices.Equal(w, weights[unroll.Carry]); same != (mode != unroll.None) {
			t.Errorf("%s trains the weights of carry: %t", mode, same)
		}
	}
}

func TestBatchesOfStepZeroAreTheSameForEveryK(t *testing.T) {
	for k, want := range map[int][]string{
		0: {"both 0", "both 1"},
		1: {"look 0/0", "generate 0", "look 1/0", "generate 1"},
		3: {"look 0/0", "look 0/1", "look 0/2", "generate 0", "look 1/0", "look 1/1", "look 1/2", "generate 1"},
	} {
		u, l := start(k, unroll.Carry, false)
		l.Step(0)
		look, _ := l.Step(1)
		if !slices.Equal(u.asked, want) {
			t.Errorf("k = %d asked for %v, want %v", k, u.asked, want)
		}
		if k > 0 && (look.Real != 0 || look.Fake != 1) {
			t.Errorf("k = %d: the numbers returned are those of look-ahead step %v", k, look.Real)
		}
	}
}
