package gaussians

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/tasks"
)

var _ tasks.PackTask = Packed{}

// Packed trains on a device: packs, and a trial alone as a pack of one. Every pack
// opens the device for itself, so that packs on several goroutines share it.
type Packed struct {
	Task
	Device    func() (cuda.Device, error)
	Info      cuda.Info // of the devices that Device opens
	Precision cuda.Precision
	Size      int // most trials in a pack
}

// Numerics is the device's: its packs of one and of many have the same bytes.
func (t Packed) Numerics() string { return cuda.Name(t.Info, t.Precision) }

// Open makes a pack of one; a trial whose shape is not packed computes each
// operation on the device, and copies.
func (t Packed) Open(cfg training.Config) (tasks.Run, error) {
	dev, err := t.Device()
	if err != nil {
		return nil, err
	}
	p, err := openPack([]training.Config{cfg}, dev, t.Precision)
	if errors.Is(err, training.ErrAlone) {
		return openEager(cfg, dev, t.Precision)
	}
	if err != nil {
		return nil, errors.Join(err, dev.Close())
	}
	return newSingle(p), nil
}

// openEager makes a trial whose operands travel to the device and back with every
// call.
func openEager(cfg training.Config, dev cuda.Device, precision cuda.Precision) (tasks.Run, error) {
	be, err := cuda.New(dev, precision)
	if err != nil {
		return nil, errors.Join(err, dev.Close())
	}
	r, err := Open(cfg, kernels.Backend[float32](be))
	if err != nil {
		return nil, errors.Join(err, be.Close(), dev.Close())
	}
	runtime.AddCleanup(r.(*run[float32]), func(be *cuda.Backend) { errors.Join(be.Close(), dev.Close()) }, be) // nobody is left to tell
	return r, nil
}

// PackSize is the setting.
func (t Packed) PackSize() int { return t.Size }

// OpenPack makes the trials at step 0.
func (t Packed) OpenPack(cfgs []training.Config) (tasks.Pack, error) {
	dev, err := t.Device()
	if err != nil {
		return nil, err
	}
	p, err := openPack(cfgs, dev, t.Precision)
	if err == nil {
		return p, nil
	}
	err = errors.Join(err, dev.Close())
	if errors.Is(err, cuda.ErrMemory) {
		err = fmt.Errorf("%w: %w", training.ErrMemory, err)
	}
	return nil, err
}

// pack is some trials on a device. One model, built once, stands for all: its
// slices name the tensors of which the device holds one for each trial.
type pack struct {
	dev    cuda.Device
	device *cuda.Pack
	of     []settings
	model  *run[float32]
	graph  cuda.Graph

	g, d    *cuda.Optimizer
	first   [][]float32 // D just after look-ahead step 0: weights, m, v
	modes   cuda.Operand
	numbers []float32 // losses and what is not finite, of one iteration
	rate    []float32 // −rate of D's descent
	moves   [][]float32

	all       cuda.Mask
	ahead     []cuda.Mask // of each look-ahead step: those that take it
	awake     []int32     // what the masks were last set to
	at        []cuda.Where
	read      []float32 // numbers of all trials
	points    [][4]training.Point
	stands    []int64 // the step of each trial
	generated map[int][]float32
}

// inGraph is the input scale of the model's graph, where each trial's own is
// meant. It is no other constant of the graph.
const inGraph = -0x1.2345p-9

// openPack leaves the device open when it fails.
func openPack(cfgs []training.Config, dev cuda.Device, precision cuda.Precision) (_ *pack, err error) {
	p := &pack{dev: dev, at: make([]cuda.Where, len(cfgs)), stands: make([]int64, len(cfgs)), points: make([][4]training.Point, len(cfgs))}
	if err := p.readAll(cfgs); err != nil {
		return nil, err
	}
	if p.device, err = cuda.NewPack(dev, precision, len(cfgs)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.free())
		}
	}()
	if err := p.build(); err != nil {
		return nil, err
	}
	for i := range p.of {
		if err := p.begin(i); err != nil {
			return nil, err
		}
	}
	p.graph, err = p.device.Capture(p.iterate)
	return p, err
}

// readAll reads the configs, which must have one shape.
func (p *pack) readAll(cfgs []training.Config) error {
	schema, _ := training.SchemaOf("gaussians")
	shape := schema.Shape(cfgs[0].Params)
	for i, cfg := range cfgs {
		s, err := read(cfg)
		if err != nil {
			return err
		}
		if other := schema.Shape(cfg.Params); other != shape {
			return fmt.Errorf("%w: trials of two shapes in one pack: %s and %s", training.ErrConfig, shape, other)
		}
		if s.full {
			return fmt.Errorf("%w: the full gradient", training.ErrAlone)
		}
		p.at[i].Key = s.key
		p.of = append(p.of, s)
	}
	return nil
}

// build makes the model and what the device needs beside it.
func (p *pack) build() (err error) {
	s := p.of[0]
	s.inputScale = inGraph
	s.k = p.most()
	if err := p.device.Do(func() { p.model, err = openRun(s, p.device.Backend()) }); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	p.numbers, p.read = make([]float32, numbers), make([]float32, numbers*len(p.of))
	p.rate = make([]float32, 1)
	d := p.model.loop.D
	for _, list := range [][][]float32{d.Weights, d.M, d.V} {
		for _, x := range list {
			p.first = append(p.first, make([]float32, len(x)))
		}
	}
	for _, w := range d.Weights {
		p.moves = append(p.moves, make([]float32, len(w)))
	}
	if p.g, err = p.device.NewOptimizer(); err != nil {
		return err
	}
	if p.d, err = p.device.NewOptimizer(); err != nil {
		return err
	}
	if err := p.makeMasks(); err != nil {
		return err
	}
	return p.scales()
}

// most is the longest look-ahead.
func (p *pack) most() (k int) {
	for _, s := range p.of {
		k = max(k, s.k)
	}
	return k
}

func (p *pack) makeMasks() (err error) {
	if p.all, err = p.device.NewMask(); err != nil {
		return err
	}
	p.ahead = make([]cuda.Mask, p.most())
	for i := range p.ahead {
		if p.ahead[i], err = p.device.NewMask(); err != nil {
			return err
		}
	}
	return nil
}

// scales gives each trial its input scale, D's rate of descent and its mixture.
func (p *pack) scales() (err error) {
	factor, modes := make([]float32, 1), make([]cuda.Modes, len(p.of))
	for i, s := range p.of {
		if err := p.device.Write(i, factor, []float32{float32(s.inputScale)}); err != nil {
			return err
		}
		if err := p.device.Write(i, p.rate, []float32{-float32(s.d.Rate)}); err != nil {
			return err
		}
		modes[i].Sigma = s.mixture.Sigma
		for _, c := range s.mixture.Centres {
			modes[i].Centres = append(modes[i].Centres, [2]float64{c.X, c.Y})
		}
	}
	p.device.Vary(inGraph, factor)
	p.modes, err = p.device.NewModes(modes)
	return err
}

// begin puts trial i at step 0, with the weights that it would draw alone.
func (p *pack) begin(i int) error {
	s, be := p.of[i], kernels.NewReference[float32]()
	p.model.net.HeNormal(be, s.initScale, s.key, kernels.StreamInitG)
	p.model.disc.Net.HeNormal(be, s.initScale, s.key, kernels.StreamInitD)
	for _, n := range p.model.networks() {
		for _, t := range n.tensors() {
			if err := p.device.Write(i, t.data, t.data); err != nil {
				return err
			}
		}
	}
	return p.setSteps(i, 0, 0)
}

// setSteps sets the optimizers' counters of trial i.
func (p *pack) setSteps(i int, g, d int64) error {
	s := p.of[i]
	return errors.Join(
		p.g.Set(i, cuda.AdamOf{Rate: s.g.Rate, Beta1: s.g.Beta1, Beta2: s.g.Beta2, Eps: s.g.Eps, Steps: g}),
		p.d.Set(i, cuda.AdamOf{Rate: s.d.Rate, Beta1: s.d.Beta1, Beta2: s.d.Beta2, Eps: s.d.Eps, Steps: d}))
}

// Step trains one iteration of those with a step.
func (p *pack) Step(_ context.Context, steps []int64, out []tasks.Stepped) error {
	if err := p.wake(steps); err != nil {
		return err
	}
	if err := p.graph.Launch(); err != nil {
		return fmt.Errorf("an iteration of %d trials: %w", len(p.of), err)
	}
	if err := p.device.ReadAll(p.read, p.numbers); err != nil {
		return err
	}
	for i, step := range steps {
		if step == 0 {
			continue
		}
		p.stands[i] = step
		var err error
		if out[i], err = p.stepped(i); err != nil {
			return err
		}
	}
	p.generated = nil
	return nil
}

// wake tells the device who takes part and where they stand.
func (p *pack) wake(steps []int64) error {
	awake := make([]int32, len(steps))
	for i, step := range steps {
		p.at[i].Outer = uint32(step)
		if step > 0 {
			awake[i] = 1
		}
	}
	if err := p.device.SetWhere(p.at); err != nil {
		return err
	}
	if slices.Equal(awake, p.awake) {
		return nil
	}
	p.awake = awake
	if err := p.all.Set(awake); err != nil {
		return err
	}
	for inner, mask := range p.ahead {
		own := slices.Clone(awake)
		for i := range own {
			if inner >= p.of[i].k {
				own[i] = 0
			}
		}
		if err := mask.Set(own); err != nil {
			return err
		}
	}
	return nil
}

// stepped is trial i's numbers of the last iteration.
func (p *pack) stepped(i int) (tasks.Stepped, error) {
	n := p.read[i*numbers:][:numbers]
	for j, metric := range []string{"d_loss", "d_real", "d_fake", "g_loss"} {
		p.points[i][j] = training.Point{Metric: metric, Value: float64(n[j])}
	}
	out := tasks.Stepped{Points: p.points[i][:]}
	for _, point := range out.Points {
		if point.Value-point.Value != 0 {
			out.Diverged = fmt.Sprintf("%s is %v at step %d", point.Metric, point.Value, p.stands[i])
			return out, nil
		}
	}
	if math.Float32bits(n[notFinite]) == 0 {
		return out, nil
	}
	why, err := p.diverged(i)
	out.Diverged = why
	return out, err
}

// diverged finds trial i's first parameter that is not finite.
func (p *pack) diverged(i int) (string, error) {
	for _, mlp := range []*nets.MLP[float32]{p.model.net, p.model.disc.Net} {
		for _, param := range mlp.Params {
			x := make([]float32, len(param.Data))
			if err := p.device.Read(i, x, param.Data); err != nil {
				return "", err
			}
			if at := firstNotFinite(x); at >= 0 {
				return fmt.Sprintf("%s[%d] is %v at step %d", param.Name, at, x[at], p.stands[i]), nil
			}
		}
	}
	return "", fmt.Errorf("trial %d: the device saw a parameter that is not finite, and there is none", i)
}

// Close frees the device's memory and gives the device back.
func (p *pack) Close() error { return errors.Join(p.free(), p.dev.Close()) }

func (p *pack) free() error {
	var err error
	if p.graph != nil {
		err = p.graph.Close()
	}
	return errors.Join(err, p.device.Close())
}
