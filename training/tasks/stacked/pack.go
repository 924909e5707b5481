package stacked

import (
	"context"
	"errors"
	"fmt"
	"math"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/packed"
)

var _ tasks.PackTask = Packed{}

// Packed trains on a device: packs, and a trial alone as a pack of one. Every pack
// holds the training images there. What counts modes runs on the processor.
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
	set, err := t.Sets.MNIST(cfgs[0].Data)
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
	if p.model.painter.judge, err = newJudge(t.backend()); err != nil {
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

// build makes the model, with the longest look-ahead, and what the device needs
// beside it, puts the trials at step 0 and records an iteration.
func (p *pack) build(set *data.Set) (err error) {
	s := p.of[0]
	s.k = p.Longest()
	failed := p.Do(func() { p.model, err = openWith(s, set, p.Backend()) })
	if err = errors.Join(failed, err); err != nil {
		return err
	}
	image := func(i int) []byte { return set.Train.Images[i*data.Pixels:][:data.Pixels] }
	rows, err := p.NewRows(set.Train.Len(), data.Pixels, channels*s.batch, image, *p.model.scale)
	if err != nil {
		return err
	}
	p.moves = &moves{game: p.model.game, device: p.Pack.Pack, rows: rows, numbers: make([]float32, numbers)}
	p.Players(p.model.loop.G, p.model.loop.D, s.sgd, s.rollback)
	for i := range p.of {
		if err := p.begin(i); err != nil {
			return err
		}
	}
	if err := p.Capture(p.moves, p.moves.numbers); err != nil {
		return err
	}
	return p.Between(make([]int32, len(p.of)), p.model.painter.forward.Run) // with nobody: its memory is there from now on
}

// begin puts trial i at step 0, with the weights that it would draw alone.
func (p *pack) begin(i int) error {
	initialise(p.of[i], p.model.gen, p.model.disc, cpu.New())
	return errors.Join(p.Send(i, p.model.memory()...), p.Restart(i, 0, 0, 0))
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
	for j, metric := range []string{"d_loss", "d_real", "d_fake", "g_loss"} {
		p.points[i][j] = training.Point{Metric: metric, Value: float64(n[j])}
	}
	out := tasks.Stepped{Points: p.points[i][:], Diverged: packed.Infinite(p.points[i][:], step)}
	if out.Diverged != "" || !p.of[i].evaluates(step) || math.Float32bits(n[notFinite]) == 0 {
		return out, nil
	}
	if err := p.Fetch(i, p.model.memory()...); err != nil {
		return out, err
	}
	out.Diverged = p.model.infinite(kernels.NewReference[float32](), step)
	return out, nil
}
