package suite

import (
	"math"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/tasks"
)

// Diverging has a tame trial beside a wild one, of whose state a tensor becomes
// NaN before step 1: the wild one's reason must say why, and the tame one keeps
// its bytes.
func Diverging(t *testing.T, task tasks.PackTask, tame, wild training.Config, tensor, why string) {
	t.Helper()
	p, own := Open(t, task, tame, wild), Open(t, task, tame)
	s := p.Member(1).State(0)
	at := slices.IndexFunc(s.Tensors, func(own checkpoint.Tensor) bool { return own.Name == tensor })
	if at < 0 {
		t.Fatalf("no tensor %s", tensor)
	}
	rows, cols := s.Tensors[at].Shape[0], s.Tensors[at].Shape[1]
	s.Tensors[at] = checkpoint.FromFloats(tensor, rows, cols, slices.Repeat([]float32{float32(math.NaN())}, rows*cols))
	if err := p.Member(1).Restore(0, s); err != nil {
		t.Fatal(err)
	}
	out := make([]tasks.Stepped, 2)
	if err := p.Step(t.Context(), []int64{1, 1}, out); err != nil {
		t.Fatal(err)
	}
	if out[0].Diverged != "" || !strings.HasPrefix(out[1].Diverged, why) || !strings.HasSuffix(out[1].Diverged, "at step 1") {
		t.Errorf("%q and %q, expected nothing and %s", out[0].Diverged, out[1].Diverged, why)
	}
	Train(t, own, 1, 0, 1)
	if err := SameState(p.Member(0).State(1), own.Member(0).State(1)); err != nil {
		t.Errorf("the tame one: %v", err)
	}
}
