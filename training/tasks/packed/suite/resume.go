package suite

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"sweep/training"
	"sweep/training/tasks"
)

// resume stops trials after a step, goes on with two of them in another pack, in
// another order and one later than the other, and compares with a straight run.
func (of Of) resume(t *testing.T) {
	cfgs := of.Different[of.Longest](t)
	last := len(cfgs) - 1
	straight := Open(t, of.Task, cfgs...)
	Train(t, straight, len(cfgs), 0, 1)
	again := Open(t, of.Task, cfgs[last], cfgs[0])
	places := []int{last, 0}
	for to, from := range places {
		if err := again.Member(to).Restore(1, straight.Member(from).State(1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := again.Member(0).Restore(2, straight.Member(last).State(1)); !errors.Is(err, training.ErrState) {
		t.Errorf("a state of step 1 was taken for step 2: %v", err)
	}
	want := Train(t, straight, len(cfgs), 1, 2)
	first := Step(t, again, []int64{2, 0})
	second := Step(t, again, []int64{0, 2})
	for to, got := range [][]training.Point{first[0], second[1]} {
		if fmt.Sprint(got) != fmt.Sprint(want[places[to]]) {
			t.Errorf("trial %d: points %v after the checkpoint, straight %v", to, got, want[places[to]])
		}
		a, b := again.Member(to), straight.Member(places[to])
		if err := SameState(a.State(2), b.State(2)); err != nil {
			t.Errorf("trial %d: %v", to, err)
		}
		if to == 0 { // pictures take the time
			sameEvaluation(t, a, b)
		}
	}
}

// sameEvaluation compares what two members' pictures are after step 2.
func sameEvaluation(t *testing.T, a, b tasks.Member) {
	t.Helper()
	p, x := a.Evaluate(2)
	q, y := b.Evaluate(2)
	if fmt.Sprint(p) != fmt.Sprint(q) || len(x) != len(y) || len(p)+len(x) == 0 {
		t.Errorf("evaluated to %v and %d artifacts, straight %v and %d", p, len(x), q, len(y))
		return
	}
	for i := range x {
		if !bytes.Equal(x[i].Data, y[i].Data) {
			t.Errorf("artifact %s differs", x[i].Name)
		}
	}
}
