package packed

import (
	"fmt"
	"slices"

	"sweep/training"
)

// Step trains one iteration of every trial i with steps[i] > 0; see Numbers.
func (p *Pack) Step(steps []int64) error {
	if err := p.wake(steps); err != nil {
		return err
	}
	if err := p.graph.Launch(); err != nil {
		return fmt.Errorf("an iteration of %d trials: %w", len(p.trials), err)
	}
	if err := p.ReadAll(p.read, p.numbers); err != nil {
		return err
	}
	for i, step := range steps {
		if step > 0 {
			p.stands[i] = step
		}
	}
	return nil
}

// Numbers are those of trial i's last iteration; the next overwrites them.
func (p *Pack) Numbers(i int) []float32 {
	n := len(p.numbers)
	return p.read[i*n:][:n]
}

// wake tells the device who takes part and where they stand.
func (p *Pack) wake(steps []int64) error {
	awake := make([]int32, len(steps))
	for i, step := range steps {
		p.at[i].Outer = uint32(step)
		if step > 0 {
			awake[i] = 1
		}
	}
	if err := p.SetWhere(p.at); err != nil {
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
		for i, t := range p.trials {
			if inner >= t.K {
				own[i] = 0
			}
		}
		if err := mask.Set(own); err != nil {
			return err
		}
	}
	return nil
}

// Between runs f's launches between steps for the trials with a 1, each at the
// step that it stands at.
func (p *Pack) Between(awake []int32, f func()) error {
	for i := range p.trials {
		p.at[i].Outer = uint32(p.stands[i])
	}
	p.awake = nil
	if err := p.SetWhere(p.at); err != nil {
		return err
	}
	if err := p.all.Set(awake); err != nil {
		return err
	}
	return p.Do(func() {
		p.all.Use()
		f()
	})
}

// Only is the list of trials that are awake with trial i alone.
func (p *Pack) Only(i int) []int32 {
	awake := make([]int32, len(p.trials))
	awake[i] = 1
	return awake
}

// Fetch copies trial i's tensors into the model's own memory, Send the other way.
// Nothing else reads that memory.
func (p *Pack) Fetch(i int, tensors ...[]float32) error {
	for _, x := range tensors {
		if err := p.Read(i, x, x); err != nil {
			return err
		}
	}
	return nil
}

// Send is beside Fetch.
func (p *Pack) Send(i int, tensors ...[]float32) error {
	for _, x := range tensors {
		if err := p.Write(i, x, x); err != nil {
			return err
		}
	}
	return nil
}

// Infinite is the first of the points that is NaN or infinite, in words; "" where
// none is.
func Infinite(points []training.Point, step int64) string {
	for _, p := range points {
		if p.Value-p.Value != 0 {
			return fmt.Sprintf("%s is %v at step %d", p.Metric, p.Value, step)
		}
	}
	return ""
}

// Failed wraps a device's error.
func Failed(err error, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}
