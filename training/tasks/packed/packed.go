// Package packed is what packs of every task on a device have in common: an outer
// iteration of unroll.Loop as one captured graph, who takes part in it and where
// in their random numbers they are, the look-ahead of each trial's own length, the
// discriminator's way back, and the trials' optimizers. A task brings its model,
// whose slices name the tensors of which the device holds one for each trial, and
// the launches of its moves (Game).
//
// It promises that nothing it does to one trial depends on another: a trial in a
// pack has the bytes of the trial alone. It knows neither networks nor data, and
// imports neither stores nor Temporal.
package packed

import (
	"errors"
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/unroll"
)

// Trial is what a pack needs to know of one of its trials.
type Trial struct {
	Key  kernels.Key
	K    int         // look-ahead steps; 0 in all trials of a pack or in none
	G, D unroll.Adam // the players' settings at first: see SetRates
}

// Game launches a task's moves for all trials of a pack. The launches are
// recorded once: what differs from trial to trial or from step to step lies in
// the device's memory.
type Game interface {
	// Look draws the batches of look-ahead step inner and computes D's gradients;
	// at step 0 it keeps D's numbers.
	Look(inner uint32)

	// Generate draws the generator's batch and computes its gradients and number.
	Generate()

	// Both computes both players' gradients on the batches of look-ahead step 0.
	Both()

	// End follows the players' steps and D's way back: it flags what is not finite.
	End()
}

// Pack is some trials on an open device, used by one goroutine.
type Pack struct {
	*cuda.Pack // its memory

	dev    cuda.Device
	trials []Trial
	graph  cuda.Graph

	g, d     *unroll.Player[float32]
	sgd      bool // D steps by SGD
	rollback unroll.Rollback
	ofG, ofD *cuda.Optimizer
	rate     []float32   // −rate of D's descent
	moves    [][]float32 // scratch of D's descent
	first    [][]float32 // D just after look-ahead step 0: weights, m, v

	all     cuda.Mask
	ahead   []cuda.Mask // of each look-ahead step: those that take it
	awake   []int32     // what the masks were last set to, nil: something else
	at      []cuda.Where
	stands  []int64 // the step of each trial
	numbers []float32
	read    []float32 // numbers of all trials
}

// New makes a pack without players. An error leaves the device open.
func New(dev cuda.Device, precision cuda.Precision, trials []Trial) (*Pack, error) {
	memory, err := cuda.NewPack(dev, precision, len(trials))
	if err != nil {
		return nil, err
	}
	p := &Pack{Pack: memory, dev: dev, trials: trials, at: make([]cuda.Where, len(trials)), stands: make([]int64, len(trials)), rate: make([]float32, 1)}
	for i, t := range trials {
		p.at[i].Key = t.Key
	}
	if err := p.makeRoom(); err != nil {
		return nil, errors.Join(err, p.Free())
	}
	return p, nil
}

func (p *Pack) makeRoom() (err error) {
	if p.ofG, err = p.NewOptimizer(); err != nil {
		return err
	}
	if p.ofD, err = p.NewOptimizer(); err != nil {
		return err
	}
	if p.all, err = p.NewMask(); err != nil {
		return err
	}
	p.ahead = make([]cuda.Mask, p.Longest())
	for i := range p.ahead {
		if p.ahead[i], err = p.NewMask(); err != nil {
			return err
		}
	}
	return nil
}

// Longest is the longest look-ahead.
func (p *Pack) Longest() (k int) {
	for _, t := range p.trials {
		k = max(k, t.K)
	}
	return k
}

// Players tells which memory of the model is the players', as its loop has it, and
// what D does; before Restart and Capture. A player without weights never steps.
func (p *Pack) Players(g, d *unroll.Player[float32], sgd bool, rollback unroll.Rollback) {
	p.g, p.d, p.sgd, p.rollback = g, d, sgd, rollback
	for _, x := range p.stateOfD() {
		p.first = append(p.first, make([]float32, len(x)))
	}
	for _, w := range d.Weights {
		p.moves = append(p.moves, make([]float32, len(w)))
	}
}

// Capture records an iteration. The numbers are a tensor that the game writes:
// they are cleared before and read after every iteration.
func (p *Pack) Capture(game Game, numbers []float32) (err error) {
	p.numbers, p.read = numbers, make([]float32, len(numbers)*len(p.trials))
	p.graph, err = p.Pack.Capture(func() { p.iterate(game) })
	return err
}

// Restart puts trial i at a step, with so many steps of its optimizers taken.
func (p *Pack) Restart(i int, step, ofG, ofD int64) error {
	t := p.trials[i]
	p.stands[i] = step
	return errors.Join(
		p.ofG.Set(i, adamOf(t.G, ofG)), p.ofD.Set(i, adamOf(t.D, ofD)),
		p.Write(i, p.rate, []float32{-float32(t.D.Rate)}))
}

func adamOf(a unroll.Adam, steps int64) cuda.AdamOf {
	return cuda.AdamOf{Rate: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2, Eps: a.Eps, Steps: steps}
}

// Taken are the steps that trial i's optimizers have taken.
func (p *Pack) Taken(i int) (ofG, ofD int64, err error) {
	g, err := p.ofG.Get(i)
	if err != nil {
		return 0, 0, err
	}
	d, err := p.ofD.Get(i)
	return g.Steps, d.Steps, err
}

// SetRates changes trial i's step sizes from its next step on; the same ones cost
// nothing.
func (p *Pack) SetRates(i int, g, d float64) error {
	t := &p.trials[i]
	if t.G.Rate == g && t.D.Rate == d {
		return nil
	}
	ofG, ofD, err := p.Taken(i)
	if err != nil {
		return err
	}
	t.G.Rate, t.D.Rate = g, d
	return p.Restart(i, p.stands[i], ofG, ofD)
}

// Stands is the step that trial i stands at.
func (p *Pack) Stands(i int) int64 { return p.stands[i] }

// Close frees the device's memory and gives the device back.
func (p *Pack) Close() error { return errors.Join(p.Free(), p.dev.Close()) }

// Free frees the device's memory.
func (p *Pack) Free() error {
	var err error
	if p.graph != nil {
		err = p.graph.Close()
	}
	return errors.Join(err, p.Pack.Close())
}

// OneShape tells whether configs may be in one pack. Its error wraps
// training.ErrConfig.
func OneShape(cfgs []training.Config) error {
	if len(cfgs) == 0 {
		return fmt.Errorf("%w: a pack of no trials", training.ErrConfig)
	}
	schema, _ := training.SchemaOf(cfgs[0].Task)
	shape := schema.Shape(cfgs[0].Params)
	for _, cfg := range cfgs[1:] {
		if other := schema.Shape(cfg.Params); cfg.Task != cfgs[0].Task || other != shape {
			return fmt.Errorf("%w: trials of two shapes in one pack: %s and %s", training.ErrConfig, shape, other)
		}
	}
	return nil
}
