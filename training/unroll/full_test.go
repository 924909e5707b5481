package unroll_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"sweep/training/kernels"
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

func startFull(k int, mode unroll.Rollback, still int) (*unrolledDuel, *unroll.Loop[float64]) {
	u := &unrolledDuel{duel: newDuel(), still: still, lambda: make([]float64, 3), direction: make([]float64, 3), curve: make([]float64, 3)}
	be := kernels.NewReference[float64]()
	g := unroll.NewPlayer(be, adam, [][]float64{u.g}, [][]float64{u.gGrad})
	d := unroll.NewPlayer(be, adam, [][]float64{u.d}, [][]float64{u.dGrad})
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
	for _, mode := range modes {
		for _, k := range []int{1, 2, 5} {
			for _, still := range []int{-1, 1} {
				t.Run(fmt.Sprintf("%s k=%d still=%d", mode, k, still), func(t *testing.T) {
					u, l := startFull(k, mode, still)
					for outer := range uint32(6) {
						g := slices.Clone(u.g)
						d := oracle{slices.Clone(u.d), slices.Clone(l.D.M[0]), slices.Clone(l.D.V[0]), l.D.Steps}
						if mode == unroll.Reset {
							d = newOracle(u.d)
						}
						if _, loss := l.Step(outer); math.Abs(loss-lossAfter(g, d, k, outer, still)) > 1e-12 {
							t.Fatalf("step %d: the loss is %v, want %v", outer, loss, lossAfter(g, d, k, outer, still))
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
								t.Errorf("step %d: gradient %d is %v, want %v", outer, i, u.gGrad[i], want)
							}
						}
					}
				})
			}
		}
	}
}

// TestTheWayBackVisitsEveryStepAtItsWeights: from the last to the first, once,
// and D ends where the look-ahead or the rollback left it.
func TestTheWayBackVisitsEveryStepAtItsWeights(t *testing.T) {
	for _, mode := range modes {
		u, l := startFull(4, mode, -1)
		for outer := range uint32(3) {
			u.seen, u.pulled, u.pulledAt, u.complete = nil, nil, nil, 0
			l.Step(outer)
			if !slices.Equal(u.pulled, []uint32{3, 2, 1, 0}) || u.complete != 1 {
				t.Fatalf("%s: it went over %v and completed %d times", mode, u.pulled, u.complete)
			}
			for i, at := range u.pulledAt {
				if want := u.seen[u.pulled[i]]; !slices.Equal(at, want) {
					t.Errorf("%s: step %d was pulled at %v, taken at %v", mode, u.pulled[i], at, want)
				}
			}
			end := u.seen[1] // D before look-ahead step 1
			if mode == unroll.None {
				end = u.gAgainst[len(u.gAgainst)-1]
			}
			if !slices.Equal(u.d, end) {
				t.Errorf("%s: D ends at %v, want %v", mode, u.d, end)
			}
		}
	}
}
