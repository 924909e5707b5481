package stacked

import (
	"fmt"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/unroll"
)

// network is one network with its optimizer.
type network[T kernels.Float] struct {
	name, optimizer string
	params          []*nets.Param[T]
	player          *unroll.Player[T]
}

// counter is the name of the optimizer's step counter.
func (n network[T]) counter() string { return n.optimizer + "." + n.name }

func (r *run[T]) networks() []network[T] {
	d := network[T]{"discriminator", "adam", r.disc.Params, r.loop.D}
	if r.sgd {
		d.optimizer = "sgd"
	}
	return []network[T]{{"generator", "adam", r.gen.Params, r.loop.G}, d}
}

// tensor is a view of one tensor of the state.
type tensor[T kernels.Float] struct {
	name       string
	rows, cols int
	data       []T
}

// tensors are both networks' parameters and, under Adam, the two moments of
// each; the generator's running statistics. The discriminator is never in test
// mode, so that it has none.
func (r *run[T]) tensors() (out []tensor[T]) {
	for _, n := range r.networks() {
		for i, p := range n.params {
			out = append(out, tensor[T]{p.Name, p.Rows, p.Cols, p.Data})
			if len(n.player.M) > 0 {
				out = append(out, tensor[T]{p.Name + ".adam_m", p.Rows, p.Cols, n.player.M[i]},
					tensor[T]{p.Name + ".adam_v", p.Rows, p.Cols, n.player.V[i]})
			}
		}
	}
	for _, s := range r.gen.Running {
		out = append(out, tensor[T]{s.Name, s.Rows, s.Cols, s.Data})
	}
	return out
}

// memory is the tensors' elements.
func (r *run[T]) memory() (out [][]T) {
	for _, t := range r.tensors() {
		out = append(out, t.data)
	}
	return out
}

// streams are the random streams that go on with the outer step.
var streams = []string{"real", "z", "z_g", "eval_z"}

// State holds all tensors, the optimizers' step counters, and the next outer
// step of every stream.
func (r *run[T]) State(step int64) checkpoint.State {
	s := checkpoint.State{Counters: map[string]int64{}}
	for _, n := range r.networks() {
		s.Counters[n.counter()] = n.player.Steps
	}
	for _, t := range r.tensors() {
		s.Tensors = append(s.Tensors, checkpoint.FromFloats(t.name, t.rows, t.cols, t.data))
	}
	for _, name := range streams {
		s.Counters["stream."+name] = step + 1
	}
	return s
}

// Restore reads all of it back.
func (r *run[T]) Restore(step int64, s checkpoint.State) error {
	for _, name := range streams {
		if got := s.Counters["stream."+name]; got != step+1 {
			return fmt.Errorf("%w: random stream %s stands at step %d, expected %d", training.ErrState, name, got, step+1)
		}
	}
	for _, n := range r.networks() {
		t, ok := s.Counters[n.counter()]
		if !ok {
			return fmt.Errorf("%w: the %s step counter of the %s is missing", training.ErrState, n.optimizer, n.name)
		}
		n.player.Steps = t
	}
	for _, t := range r.tensors() {
		if err := checkpoint.CopyFloats(s, t.name, t.data); err != nil {
			return err
		}
	}
	return nil
}
