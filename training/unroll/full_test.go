package unroll_test

import (
	"math"
	"slices"
	"testing"

	"sweep/training/unroll"
)

// unrolledDuel adds to duel the way back: D's loss has the Hessian 1, and G's
// first weight moves D's gradients by 0.1 each. D's weight still, if any, is in
// nobody's loss but G's: its gradients, and v, are zero.
type unrolledDuel struct {
	*duel
	still                    int
	lambda, direction, curve []float64
	pulled                   []uint32
	pulledAt                 [][]float64
	complete                 int
}

func (u *unrolledDuel) Look(outer, inner uint32) unroll.Look {
	look := u.duel.Look(outer, inner)
	if u.still >= 0 {
		u.dGrad[u.still] = 0
	}
	return look
}

func (u *unrolledDuel) Generate(outer uint32) float64 {
	u.duel.Generate(outer)
	clear(u.lambda)
	for i := range u.g {
		u.lambda[i] = u.d[i] - u.g[i]
	}
	var loss float64
	for i := range u.g {
		loss += (u.g[i] - u.d[i]) * (u.g[i] - u.d[i]) / 2
	}
	return loss
}

func (u *unrolledDuel) Pull(inner uint32) {
	u.pulled = append(u.pulled, inner)
	u.pulledAt = append(u.pulledAt, slices.Clone(u.d))
	for i, d := range u.direction {
		if u.curve[i] = d; i == u.still {
			u.curve[i] = 0
			continue
		}
		u.gGrad[0] += 0.1 * d
	}
}

func (u *unrolledDuel) Complete() { u.complete++ }

func startFull(k int, mode unroll.Rollback, still int, sgd bool) (*unrolledDuel, *unroll.Loop[float64]) {
	u := &unrolledDuel{duel: newDuel(), still: still, lambda: make([]float64, 3), direction: make([]float64, 3), curve: make([]float64, 3)}
	g, d := players(u.duel, sgd)
	return u, unroll.NewFull(u, g, d, k, mode, unroll.Adjoint[float64]{
		Lambda: [][]float64{u.lambda}, Direction: [][]float64{u.direction}, Curve: [][]float64{u.curve}})
}

// lossAfter is G's loss after a look-ahead of the oracle, with G's weights given.
func lossAfter(g []float64, d oracle, k int, outer uint32, still int) (loss float64) {
	d = d.clone()
	for inner := range k {
		grad := make([]float64, len(d.w))
		for i := range grad {
			if i != still {
				grad[i] = d.w[i] - target(outer, uint32(inner), i) + 0.1*g[0]
			}
		}
		d.step(grad)
	}
	for i := range g {
		loss += (g[i] - d.w[i]) * (g[i] - d.w[i]) / 2
	}
	return loss
}

func TestTheFullGradientGoesThroughTheLookAhead(t *testing.T) {
	eachWay(t, []int{1, 2, 5}, func(t *testing.T, mode unroll.Rollback, k int, sgd bool) {
		for _, still := range []int{-1, 1} {
			u, l := startFull(k, mode, still, sgd)
			for outer := range uint32(6) {
				g, d := slices.Clone(u.g), stateOf(l.D, sgd)
				if mode == unroll.Reset {
					d = newOracle(u.d, sgd)
				}
				if _, loss := l.Step(outer); math.Abs(loss-lossAfter(g, d, k, outer, still)) > 1e-12 {
					t.Fatalf("still %d, step %d: the loss is %v, want %v", still, outer, loss, lossAfter(g, d, k, outer, still))
				}
				for i := range g {
					const h = 1e-5
					at := func(by float64) float64 {
						moved := slices.Clone(g)
						moved[i] += by
						return lossAfter(moved, d, k, outer, still)
					}
					want := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
					if math.Abs(u.gGrad[i]-want) > 1e-8 {
						t.Errorf("still %d, step %d: gradient %d is %v, want %v", still, outer, i, u.gGrad[i], want)
					}
				}
			}
		}
	})
}

// TestTheWayBackVisitsEveryStepAtItsWeights: from the last to the first, once,
// and D ends where the look-ahead or the rollback left it.
func TestTheWayBackVisitsEveryStepAtItsWeights(t *testing.T) {
	eachWay(t, []int{4}, func(t *testing.T, mode unroll.Rollback, k int, sgd bool) {
		u, l := startFull(k, mode, -1, sgd)
		for outer := range uint32(3) {
			u.seen, u.pulled, u.pulledAt, u.complete = nil, nil, nil, 0
			l.Step(outer)
			if !slices.Equal(u.pulled, []uint32{3, 2, 1, 0}) || u.complete != 1 {
				t.Fatalf("it went over %v and completed %d times", u.pulled, u.complete)
			}
			for i, at := range u.pulledAt {
				if want := u.seen[u.pulled[i]]; !slices.Equal(at, want) {
					t.Errorf("step %d was pulled at %v, taken at %v", u.pulled[i], at, want)
				}
			}
			end := u.seen[1] // D before look-ahead step 1
			if mode == unroll.None {
				end = u.gAgainst[len(u.gAgainst)-1]
			}
			if !slices.Equal(u.d, end) {
				t.Errorf("D ends at %v, want %v", u.d, end)
			}
		}
	})
}
