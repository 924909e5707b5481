package gaussians

import (
	"context"
	"errors"
	"fmt"
	"math"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/nets"
	"sweep/training/tasks"
	"sweep/training/tasks/packed"
)

var _ tasks.PackTask = Packed{}

// Packed trains on a device: packs, and a trial alone as a pack of one. A shape
// that is not packed computes each operation on the device, and copies.
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
	return packed.Opener{Device: t.Device, Precision: t.Precision, Pack: openPack, Eager: Open[float32]}
}

// pack is some trials on a device. One model, built once, stands for all: its
// slices name the tensors of which the device holds one for each trial.
type pack struct {
	*packed.Pack
	of        []settings
	model     *run[float32]
	moves     *moves
	points    [][4]training.Point
	generated map[int][]float32
}

// inGraph is the input scale of the model's graph, where each trial's own is
// meant. It is no other constant of the graph.
const inGraph = -0x1.2345p-9

// openPack leaves the device open when it fails.
func openPack(cfgs []training.Config, dev cuda.Device, precision cuda.Precision) (_ tasks.Pack, err error) {
	of, trials, err := readAll(cfgs)
	if err != nil {
		return nil, err
	}
	p := &pack{of: of, points: make([][4]training.Point, len(of))}
	if p.Pack, err = packed.New(dev, precision, trials); err != nil {
		return nil, err
	}
	if err := p.build(); err != nil {
		return nil, errors.Join(err, p.Free())
	}
	return p, nil
}

// readAll reads the configs, which must have one shape.
func readAll(cfgs []training.Config) (of []settings, trials []packed.Trial, err error) {
	if err := packed.OneShape(cfgs); err != nil {
		return nil, nil, err
	}
	for _, cfg := range cfgs {
		s, err := read(cfg)
		if err != nil {
			return nil, nil, err
		}
		if s.full {
			return nil, nil, fmt.Errorf("%w: the full gradient", training.ErrAlone)
		}
		of, trials = append(of, s), append(trials, packed.Trial{Key: s.key, K: s.k, G: s.g, D: s.d})
	}
	return of, trials, nil
}

// build makes the model and what the device needs beside it, puts the trials at
// step 0 and records an iteration.
func (p *pack) build() (err error) {
	s := p.of[0]
	s.inputScale = inGraph
	s.k = p.Longest()
	if failed := p.Do(func() { p.model, err = openRun(s, p.Backend()) }); failed != nil || err != nil {
		return errors.Join(failed, err)
	}
	p.moves = &moves{game: p.model.game, device: p.Pack.Pack, numbers: make([]float32, numbers)}
	p.Players(p.model.loop.G, p.model.loop.D, s.sgd, s.rollback)
	if err := p.scales(); err != nil {
		return err
	}
	for i := range p.of {
		if err := p.begin(i); err != nil {
			return err
		}
	}
	return p.Capture(p.moves, p.moves.numbers)
}

// scales gives each trial its input scale and its mixture.
func (p *pack) scales() (err error) {
	factor, modes := make([]float32, 1), make([]cuda.Modes, len(p.of))
	for i, s := range p.of {
		if err := p.Write(i, factor, []float32{float32(s.inputScale)}); err != nil {
			return err
		}
		modes[i].Sigma = s.mixture.Sigma
		for _, c := range s.mixture.Centres {
			modes[i].Centres = append(modes[i].Centres, [2]float64{c.X, c.Y})
		}
	}
	p.Vary(inGraph, factor)
	p.moves.modes, err = p.NewModes(modes)
	return err
}

// begin puts trial i at step 0, with the weights that it would draw alone.
func (p *pack) begin(i int) error {
	s, be := p.of[i], kernels.NewReference[float32]()
	p.model.net.HeNormal(be, s.initScale, s.key, kernels.StreamInitG)
	p.model.disc.Net.HeNormal(be, s.initScale, s.key, kernels.StreamInitD)
	return errors.Join(p.Send(i, p.model.memory()...), p.Restart(i, 0, 0, 0))
}

// Step trains one iteration of those with a step.
func (p *pack) Step(_ context.Context, steps []int64, out []tasks.Stepped) error {
	if err := p.Pack.Step(steps); err != nil {
		return err
	}
	p.generated = nil
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

// stepped is trial i's numbers of the last iteration.
func (p *pack) stepped(i int) (tasks.Stepped, error) {
	n := p.Numbers(i)
	for j, metric := range []string{"d_loss", "d_real", "d_fake", "g_loss"} {
		p.points[i][j] = training.Point{Metric: metric, Value: float64(n[j])}
	}
	out := tasks.Stepped{Points: p.points[i][:], Diverged: packed.Infinite(p.points[i][:], p.Stands(i))}
	if out.Diverged != "" || math.Float32bits(n[notFinite]) == 0 {
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
			if err := p.Read(i, x, param.Data); err != nil {
				return "", err
			}
			if at := firstNotFinite(x); at >= 0 {
				return fmt.Sprintf("%s[%d] is %v at step %d", param.Name, at, x[at], p.Stands(i)), nil
			}
		}
	}
	return "", fmt.Errorf("trial %d: the device saw a parameter that is not finite, and there is none", i)
}
