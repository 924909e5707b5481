package mnist

import (
	"context"
	"errors"
	"fmt"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/packed"
)

var _ tasks.PackTask = Packed{}

// Packed trains on a device: packs, and a trial alone as a pack of one. Every pack
// holds the training images there. Evaluations run on the device; what scores
// pictures runs on the processor.
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

// Open makes a pack of one.
func (t Packed) Open(cfg training.Config) (tasks.Run, error) { return t.opener().Open(cfg) }

// OpenPack makes the trials at step 0.
func (t Packed) OpenPack(cfgs []training.Config) (tasks.Pack, error) {
	return t.opener().OpenPack(cfgs)
}

func (t Packed) opener() packed.Opener {
	return packed.Opener{Device: t.Device, Precision: t.Precision, Pack: t.pack, Eager: t.openOn}
}

// pack is some trials on a device. One model, built once, stands for all: its
// slices name the tensors of which the device holds one for each trial. In
// evaluations it is one trial at a time (become).
type pack struct {
	*packed.Pack
	of     []settings
	images []*images
	best   []chosen
	model  *run[float32]
	moves  *moves
	points [][5]training.Point
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
	quality, err := t.quality(t.backend(), set, of[0])
	if err != nil {
		return nil, err
	}
	p := &pack{of: of, images: make([]*images, len(of)), best: make([]chosen, len(of)), points: make([][5]training.Point, len(of))}
	if p.Pack, err = packed.New(dev, precision, trials); err != nil {
		return nil, err
	}
	if err := p.build(set); err != nil {
		return nil, errors.Join(err, p.Free())
	}
	p.model.quality = quality
	return p, nil
}

// readAll reads the configs, which must have one shape and one data set.
func readAll(cfgs []training.Config) (of []settings, trials []packed.Trial, err error) {
	if err := packed.OneShape(cfgs); err != nil {
		return nil, nil, err
	}
	for _, cfg := range cfgs {
		if cfg.Data != cfgs[0].Data {
			return nil, nil, fmt.Errorf("%w: trials of two data sets", training.ErrAlone)
		}
		s := read(cfg)
		of, trials = append(of, s), append(trials, packed.Trial{Key: s.key, K: s.k, G: s.g, D: s.d})
	}
	return of, trials, nil
}

// build makes the model and what the device needs beside it, puts the trials at
// step 0 and records an iteration.
func (p *pack) build(set *data.Set) (err error) {
	m, err := newPlayers(p.of[0], set, kernels.Backend[float32](kernels.NewReference[float32]()))
	if err != nil {
		return err
	}
	if err := p.open(m); err != nil {
		return fmt.Errorf("task mnist-ssl: %w", err)
	}
	if p.moves, err = newMoves(p.model, p.Pack); err != nil {
		return err
	}
	p.Players(p.model.loop.G, p.model.loop.D, m.sgd, m.rollback)
	for i := range p.of {
		if err := p.begin(i, set); err != nil {
			return err
		}
	}
	if err := p.Capture(p.moves, p.moves.numbers); err != nil {
		return err
	}
	return p.evaluateOnDevice()
}

// open builds the model over a game. It has the longest look-ahead, and noise
// whose deviation comes with each trial's normals.
func (p *pack) open(m *game[float32]) (err error) {
	m.k = p.Longest()
	m.be = p.Backend()
	m.disc.InputNoise, m.disc.LayerNoise = inGraph, inGraph
	failed := p.Do(func() {
		if err = m.compile(); err == nil {
			p.model, err = newRun(m)
		}
	})
	return errors.Join(failed, err)
}

// begin puts trial i at step 0, with the weights that it would draw alone.
func (p *pack) begin(i int, set *data.Set) error {
	m, err := newPlayers(p.of[i], set, kernels.Backend[float32](kernels.NewReference[float32]()))
	if err != nil {
		return err
	}
	p.images[i] = m.images
	params := append(p.model.trained(), p.model.disc.Fixed...)
	own := (&run[float32]{game: m}).trained()
	for j, from := range append(own, m.disc.Fixed...) {
		copy(params[j].Data, from.Data)
	}
	p.model.average.show(0)
	return errors.Join(p.Send(i, p.model.memory()...), p.moves.begin(i, p.of[i]), p.Restart(i, 0, 0, 0))
}

// Step trains one iteration of those with a step.
func (p *pack) Step(_ context.Context, steps []int64, out []tasks.Stepped) error {
	for i, step := range steps {
		if step == 0 {
			continue
		}
		s := p.of[i]
		if err := p.SetRates(i, s.falloff(s.g.Rate, step), s.falloff(s.d.Rate, step)); err != nil {
			return err
		}
		p.moves.draw(i, p.images[i], step, s.k)
	}
	if err := p.moves.send(); err != nil {
		return err
	}
	if err := p.Pack.Step(steps); err != nil {
		return err
	}
	for i, step := range steps {
		if step == 0 {
			continue
		}
		var err error
		if out[i], err = p.stepped(i); err != nil {
			return err
		}
	}
	return nil
}
