package faces

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/tasks"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/packed"
)

var _ tasks.PackTask = Packed{}

// Packed trains on a device: packs, and a trial alone as a pack of one. Every pack
// holds the training set there. What scores pictures runs on the processor.
type Packed struct {
	Task
	Device    func() (cuda.Device, error)
	Info      cuda.Info // of the devices that Device opens
	Precision cuda.Precision
	Size      int // most trials in a pack
}

// Numerics is the device's: its packs of one and of many have the same bytes.
func (t Packed) Numerics() string { return cuda.Name(t.Info, t.Precision) }

// PackSize is the setting.
func (t Packed) PackSize() int { return t.Size }

// Open makes a pack of one; a trial with the full gradient computes each operation
// on the device, and copies.
func (t Packed) Open(cfg training.Config) (tasks.Run, error) { return t.opener().Open(cfg) }

// OpenPack makes the trials at step 0.
func (t Packed) OpenPack(cfgs []training.Config) (tasks.Pack, error) {
	return t.opener().OpenPack(cfgs)
}

func (t Packed) opener() packed.Opener {
	return packed.Opener{Device: t.Device, Precision: t.Precision, Pack: t.pack, Eager: t.Task.openOn}
}

// pack is some trials on a device. One model, built once, stands for all: its
// slices name the tensors of which the device holds one for each trial.
type pack struct {
	*packed.Pack
	of     []settings
	model  *run[float32]
	moves  *moves
	points [][4]training.Point
}

// pack leaves the device open when it fails.
func (t Packed) pack(cfgs []training.Config, dev cuda.Device, precision cuda.Precision) (_ tasks.Pack, err error) {
	of, trials, err := readAll(cfgs)
	if err != nil {
		return nil, err
	}
	set, err := t.set(cfgs[0])
	if err != nil {
		return nil, err
	}
	p := &pack{of: of, points: make([][4]training.Point, len(of))}
	if p.Pack, err = packed.New(dev, precision, trials); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Free())
		}
	}()
	if err := p.build(set); err != nil {
		return nil, err
	}
	if p.model.painter.quality, err = t.judge(set, of[0].scored); err != nil {
		return nil, err
	}
	return p, nil
}

// readAll reads the configs, which must have one shape and one data set.
func readAll(cfgs []training.Config) (of []settings, trials []packed.Trial, err error) {
	if err := packed.OneShape(cfgs); err != nil {
		return nil, nil, err
	}
	for _, cfg := range cfgs {
		s := read(cfg)
		if s.full {
			return nil, nil, fmt.Errorf("%w: the full gradient", training.ErrAlone)
		}
		if cfg.Data != cfgs[0].Data {
			return nil, nil, fmt.Errorf("%w: trials of two data sets", training.ErrAlone)
		}
		of, trials = append(of, s), append(trials, packed.Trial{Key: s.key, K: s.k, G: s.g, D: s.d})
	}
	return of, trials, nil
}

// build makes the model and what the device needs beside it, puts the trials at
// step 0 and records an iteration.
func (p *pack) build(set *data.Set) error {
	if err := p.open(set); err != nil {
		return err
	}
	data.Warm(set.Train, runtime.GOMAXPROCS(0))
	rows, err := p.NewRows(set.Train.Len(), set.Width(), p.of[0].batch, set.Train.At, data.Signed())
	if err != nil {
		return err
	}
	p.moves = &moves{game: p.model.game, device: p.Pack.Pack, rows: rows, sigma: make([]float32, 1), numbers: make([]float32, numbers)}
	p.Players(p.model.loop.G, p.model.loop.D, p.model.sgd, p.model.rollback)
	for i := range p.of {
		if err := p.begin(i); err != nil {
			return err
		}
	}
	if err := p.Capture(p.moves, p.moves.numbers); err != nil {
		return err
	}
	return p.Between(make([]int32, len(p.of)), p.model.painter.maker.run) // with nobody: its memory is there from now on
}

// open builds the model. It has the longest look-ahead, and noise whose deviation
// comes with each trial's normals.
func (p *pack) open(set *data.Set) (err error) {
	s := p.of[0]
	s.k = p.Longest()
	s.discriminator.Layers = slices.Clone(s.discriminator.Layers)
	s.discriminator.Layers[0].Sigma = inGraph
	failed := p.Do(func() { p.model, err = openWith(s, set, p.Backend()) })
	return errors.Join(failed, err)
}

// begin puts trial i at step 0, with the weights that it would draw alone.
func (p *pack) begin(i int) error {
	s, be := p.of[i], cpu.New()
	p.model.gen.Initialise(be, nets.HeNormal(s.initScale), s.key, kernels.StreamInitG)
	p.model.disc.Initialise(be, nets.HeNormal(s.initScale), s.key, kernels.StreamInitD)
	return errors.Join(p.Send(i, p.model.memory()...), p.Write(i, p.moves.sigma, []float32{s.inputNoise()}), p.Restart(i, 0, 0, 0))
}

// Step trains one iteration of those with a step.
func (p *pack) Step(_ context.Context, steps []int64, out []tasks.Stepped) error {
	if err := p.Pack.Step(steps); err != nil {
		return err
	}
	for i, step := range steps {
		if step == 0 {
			continue
		}
		var err error
		if out[i], err = p.stepped(i, step); err != nil {
			return err
		}
	}
	return nil
}

// stepped is trial i's numbers of the last iteration.
func (p *pack) stepped(i int, step int64) (tasks.Stepped, error) {
	n := p.Numbers(i)
	p.points[i] = [4]training.Point{
		{Metric: "d_loss", Value: float64(n[ofReals]) + float64(n[ofFakes])},
		{Metric: "d_real", Value: float64(n[ofDReal])},
		{Metric: "d_fake", Value: float64(n[ofDFake])},
		{Metric: "g_loss", Value: float64(n[ofGLoss]) - float64(n[ofJudge])},
	}
	out := tasks.Stepped{Points: p.points[i][:], Diverged: packed.Infinite(p.points[i][:], step)}
	if out.Diverged != "" || step%p.of[i].evalEvery != 0 || math.Float32bits(n[notFinite]) == 0 {
		return out, nil
	}
	if err := p.Fetch(i, p.model.memory()...); err != nil {
		return out, err
	}
	out.Diverged = p.model.infinite(kernels.NewReference[float32](), step)
	return out, nil
}
