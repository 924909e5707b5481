package gaussians

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
	mlp    *nets.MLP[T]
	player *unroll.Player[T]
}

func (r *run[T]) networks() map[string]network[T] {
	return map[string]network[T]{"generator": {r.net, r.loop.G}, "discriminator": {r.disc.Net, r.loop.D}}
}

// streams are the random streams that go on with the outer step.
var streams = []string{"real", "z", "z_g", "eval_z"}

// State holds, for both networks, every parameter and its two moments, Adam's
// step counter, and the next outer step of every stream.
func (r *run[T]) State(step int64) checkpoint.State {
	s := checkpoint.State{Counters: map[string]int64{}}
	for name, n := range r.networks() {
		s.Counters["adam."+name] = n.player.Steps
		for i, p := range n.mlp.Params {
			s.Tensors = append(s.Tensors,
				checkpoint.FromFloats(p.Name, p.Rows, p.Cols, p.Data),
				checkpoint.FromFloats(p.Name+".adam_m", p.Rows, p.Cols, n.player.M[i]),
				checkpoint.FromFloats(p.Name+".adam_v", p.Rows, p.Cols, n.player.V[i]))
		}
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
	for name, n := range r.networks() {
		t, ok := s.Counters["adam."+name]
		if !ok {
			return fmt.Errorf("%w: the step counter of the %s is missing", training.ErrState, name)
		}
		n.player.Steps = t
		if err := n.restore(s); err != nil {
			return err
		}
	}
	return nil
}

func (n network[T]) restore(s checkpoint.State) error {
	for i, p := range n.mlp.Params {
		for name, dst := range map[string][]T{p.Name: p.Data, p.Name + ".adam_m": n.player.M[i], p.Name + ".adam_v": n.player.V[i]} {
			if err := checkpoint.CopyFloats(s, name, dst); err != nil {
				return err
			}
		}
	}
	return nil
}
