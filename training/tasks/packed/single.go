package packed

import (
	"context"
	"errors"
	"fmt"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
)

// Opener opens packs of one task on devices of one kind: the parts of a
// tasks.PackTask that are the same everywhere.
type Opener struct {
	Device    func() (cuda.Device, error)
	Precision cuda.Precision

	// Pack makes the trials at step 0, and leaves the device open when it fails.
	Pack func(cfgs []training.Config, dev cuda.Device, precision cuda.Precision) (tasks.Pack, error)

	// Eager makes a trial whose operands travel to the device and back with every
	// call: for shapes that are not packed.
	Eager func(cfg training.Config, be kernels.Backend[float32]) (tasks.Run, error)
}

// Open makes a pack of one. Every pack opens the device for itself, so that packs
// on several goroutines share it.
func (o Opener) Open(cfg training.Config) (tasks.Run, error) {
	dev, err := o.Device()
	if err != nil {
		return nil, err
	}
	p, err := o.Pack([]training.Config{cfg}, dev, o.Precision)
	if errors.Is(err, training.ErrAlone) {
		return o.openEager(cfg, dev)
	}
	if err != nil {
		return nil, errors.Join(err, dev.Close())
	}
	return hold(single{p}, func() { p.Close() }), nil
}

func (o Opener) openEager(cfg training.Config, dev cuda.Device) (tasks.Run, error) {
	be, err := cuda.New(dev, o.Precision)
	if err != nil {
		return nil, errors.Join(err, dev.Close())
	}
	r, err := o.Eager(cfg, be)
	if err != nil {
		return nil, errors.Join(err, be.Close(), dev.Close())
	}
	return hold(r, func() { errors.Join(be.Close(), dev.Close()) }), nil
}

// OpenPack makes the trials at step 0. Its error wraps training.ErrMemory where
// the device has no room for them.
func (o Opener) OpenPack(cfgs []training.Config) (tasks.Pack, error) {
	dev, err := o.Device()
	if err != nil {
		return nil, err
	}
	p, err := o.Pack(cfgs, dev, o.Precision)
	if err == nil {
		return p, nil
	}
	err = errors.Join(err, dev.Close())
	if errors.Is(err, cuda.ErrMemory) {
		err = fmt.Errorf("%w: %w", training.ErrMemory, err)
	}
	return nil, err
}

// single is a pack of one as a tasks.Run.
type single struct{ pack tasks.Pack }

// Step trains one outer iteration; a device that fails makes it panic.
func (s single) Step(ctx context.Context, step int64) ([]training.Point, string) {
	out := make([]tasks.Stepped, 1)
	if err := s.pack.Step(ctx, []int64{step}, out); err != nil {
		panic(Failed(err, "step %d", step))
	}
	return out[0].Points, out[0].Diverged
}

// Evaluate, State and Restore are the member's.
func (s single) Evaluate(step int64) ([]training.Point, []training.Artifact) {
	return s.pack.Member(0).Evaluate(step)
}

// State is beside Evaluate.
func (s single) State(step int64) checkpoint.State { return s.pack.Member(0).State(step) }

// Restore is beside Evaluate.
func (s single) Restore(step int64, state checkpoint.State) error {
	return s.pack.Member(0).Restore(step, state)
}
