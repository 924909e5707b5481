package packtest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
)

// resume stops trials at different steps, goes on with them in another pack, in
// another order and with one asleep at times, and compares with a straight run.
func resume(t *testing.T, dev Opener) {
	cfgs := different(t, settings{})
	straight := pack(t, dev, cfgs...)
	middle := make([]tasks.Member, len(cfgs))
	train(t, straight, len(cfgs), 0, 3)
	for i := range cfgs {
		middle[i] = straight.Member(i)
	}
	again := pack(t, dev, cfgs[3], cfgs[1], cfgs[0])
	for to, from := range []int{3, 1, 0} {
		if err := again.Member(to).Restore(3, middle[from].State(3)); err != nil {
			t.Fatal(err)
		}
	}
	want := train(t, straight, len(cfgs), 3, 6)
	got := uneven(t, again)
	for to, from := range []int{3, 1, 0} {
		if fmt.Sprint(got[to]) != fmt.Sprint(want[from]) {
			t.Errorf("trial %d: points %v after the checkpoint, straight %v", from, got[to], want[from])
		}
		if err := SameState(again.Member(to).State(6), straight.Member(from).State(6)); err != nil {
			t.Errorf("trial %d: %v", from, err)
		}
		sameEvaluation(t, again.Member(to), straight.Member(from))
	}
	if err := again.Member(0).Restore(5, middle[0].State(3)); !errors.Is(err, training.ErrState) {
		t.Errorf("a state of step 3 was taken for step 5: %v", err)
	}
}

// uneven takes three members from step 3 to step 6, one of them later.
func uneven(t *testing.T, p tasks.Pack) [3][]training.Point {
	t.Helper()
	var points [3][]training.Point
	for _, steps := range [][]int64{{4, 0, 4}, {5, 4, 5}, {0, 5, 6}, {6, 6, 0}} {
		out := make([]tasks.Stepped, 3)
		if err := p.Step(t.Context(), steps, out); err != nil {
			t.Fatal(err)
		}
		for i, o := range out {
			points[i] = append(points[i], o.Points...)
		}
	}
	return points
}

func sameEvaluation(t *testing.T, a, b tasks.Member) {
	t.Helper()
	p, x := a.Evaluate(6)
	q, y := b.Evaluate(6)
	if fmt.Sprint(p) != fmt.Sprint(q) || len(x) != len(y) {
		t.Errorf("evaluated to %v, straight %v", p, q)
	}
	for i := range x {
		if !bytes.Equal(x[i].Data, y[i].Data) {
			t.Errorf("artifact %s differs", x[i].Name)
		}
	}
}

// diverging has one trial whose weights overflow.
func diverging(t *testing.T, dev Opener) {
	tame := tiny(t, 5)
	p, own := pack(t, dev, tame, tiny(t, 9)), pack(t, dev, tame)
	s := p.Member(1).State(0)
	for i, tensor := range s.Tensors {
		if tensor.Name == "discriminator.0.weight" {
			x := slices.Repeat([]float32{3e38}, tensor.Shape[0]*tensor.Shape[1])
			s.Tensors[i] = checkpoint.FromFloats(tensor.Name, tensor.Shape[0], tensor.Shape[1], x)
		}
	}
	if err := p.Member(1).Restore(0, s); err != nil {
		t.Fatal(err)
	}
	out := make([]tasks.Stepped, 2)
	for step := int64(1); step <= 4; step++ {
		steps := []int64{step, 0}
		if step == 1 {
			steps[1] = 1
		}
		if err := p.Step(t.Context(), steps, out); err != nil {
			t.Fatal(err)
		}
		if out[0].Diverged != "" || step == 1 && !strings.Contains(out[1].Diverged, "at step 1") {
			t.Errorf("step %d: %q and %q", step, out[0].Diverged, out[1].Diverged)
		}
	}
	train(t, own, 1, 0, 4)
	if err := SameState(p.Member(0).State(4), own.Member(0).State(4)); err != nil {
		t.Errorf("the tame one: %v", err)
	}
}

func refused(t *testing.T, dev Opener) {
	task := gaussians.Packed{Device: dev, Precision: cuda.FP32, Size: 8}
	if _, err := task.OpenPack([]training.Config{tiny(t, 1, settings{"gradient": text("full")})}); !errors.Is(err, training.ErrAlone) {
		t.Errorf("the full gradient: %v", err)
	}
	two := []training.Config{tiny(t, 1), tiny(t, 1, settings{"batch": integer(17)})}
	if _, err := task.OpenPack(two); !errors.Is(err, training.ErrConfig) {
		t.Errorf("two shapes: %v", err)
	}
}
