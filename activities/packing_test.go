package activities_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sweep/activities"
	"sweep/storage"
)

func TestADispatchedPackSaysWhatItsTrialsHaveInCommon(t *testing.T) {
	_, p := packed(t, packSweep("    task: gaussians\n    seeds: 2\n    resources: {pack: 16}\n    parameters: {z_dim: 16}\n    matrix: {k: [1, 5]}\n    retry: {infra: {max: 2}}\n"))
	if p.K != -1 || p.ZDim != 16 || p.Labels != -1 || len(p.Hashes) != 4 || p.Every.Steps != 7 || p.InfraMax != 2 || p.Queue != activities.TrainQueue {
		t.Errorf("%+v", p)
	}
	for _, want := range []string{"k=1", "k=5", "z_dim=16"} {
		if !slices.Contains(p.Params, want) {
			t.Errorf("Params %v lack %s", p.Params, want)
		}
	}
	if got := p.Summary(); got != "e, 4 trials: k=1 ×2, k=5 ×2" {
		t.Errorf("summary %q", got)
	}
}

func TestWhatAPackTellsStaysWithinTemporalsBounds(t *testing.T) {
	_, p := packed(t, packSweep("    task: gaussians\n    resources: {pack: 256}\n    matrix: {d_lr: ["+list(200)+"]}\n"))
	size := 0
	for _, s := range p.Params {
		size += len(s) + 3
	}
	if size > 1600 || !slices.Contains(p.Params, "z_dim=256") || len(p.Summary()) > 200 {
		t.Errorf("%d bytes of parameters, a summary of %d: %s", size, len(p.Summary()), p.Summary())
	}
}

func list(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("0.0%03d", i+1))
	}
	return strings.Join(out, ", ")
}

func TestOnlyTrialsOfOneShapeAndOneExperimentTravelTogether(t *testing.T) {
	w := newWorld(t, packSweep("    task: gaussians\n    resources: {pack: 9}\n    matrix: {k: [0, 1, 5], z_dim: [16, 32]}\n")+
		"  - name: f\n    task: gaussians\n    resources: {pack: 9}\n    parameters: {z_dim: 16}\n    matrix: {k: [1, 5]}\n    seeds: [7]\n  - name: g\n    task: gaussians\n    seeds: [8, 9]\n")
	beat(t, w, 4)
	w.plan()
	page := w.dispatch()
	var got []string
	for _, p := range page.Packs {
		got = append(got, p.Summary())
	}
	slices.Sort(got)
	want := []string{"e, 2 trials: k=1 z_dim=16 ×1, k=5 z_dim=16 ×1", "e, 2 trials: k=1 z_dim=32 ×1, k=5 z_dim=32 ×1", "f, 2 trials: k=1 ×1, k=5 ×1"}
	if len(got) != 3 || len(page.Trials) != 4 {
		t.Errorf("packs %q and %d trials, expected %q and 4", got, len(page.Trials), want)
	}
}

func beat(t *testing.T, w *world, slots int) {
	t.Helper()
	if err := w.store.Beat(context.Background(), storage.Worker{Name: "h/1", Queue: activities.TrainQueue, Slots: slots}); err != nil {
		t.Fatal(err)
	}
}

func TestTrialsThatAreKnownToBeShortTravelTogetherByThemselves(t *testing.T) {
	auto := strings.ReplaceAll(noopPack("steps: 10", 30), "pack: 64", "pack: auto")
	w := newWorld(t, auto)
	w.plan()
	page := w.dispatch()
	if len(page.Packs) != 0 || len(page.Trials) != 4 {
		t.Fatalf("%d packs, %d trials: nothing is known yet", len(page.Packs), len(page.Trials))
	}
	for _, trial := range page.Trials {
		r, err := w.segment(trial, 0)
		finished(t, r, err)
	}
	if page = w.dispatch(); len(page.Packs) != 1 || len(page.Packs[0].Hashes) != 26 {
		t.Errorf("%d packs, %d trials, expected the rest in one pack", len(page.Packs), len(page.Trials))
	}
}

func TestTrialsThatTakeLongTravelAlone(t *testing.T) {
	// 40 ms a step, 1000 steps: 40 s.
	w := newWorld(t, strings.ReplaceAll(noopPack("steps: 1000, delay_ms: 40", 30), "pack: 64", "pack: auto"))
	w.plan()
	if r, err := w.segment(w.dispatch().Trials[0], 300*time.Millisecond); err != nil || r.Step < 2 {
		t.Fatal(r, err)
	}
	if _, err := w.store.Settle(context.Background(), storage.Settlement{Hash: "x"}); err == nil {
		t.Fatal("settled a trial that is not there")
	}
	paces, err := w.store.Paces(context.Background(), "s")
	if err != nil || len(paces) != 1 || paces[0].Seconds < 30 || paces[0].Seconds > 400 {
		t.Fatalf("%+v, %v", paces, err)
	}
	beat(t, w, 3)
	if page := w.dispatch(); len(page.Packs) != 0 || len(page.Trials) != 5 {
		t.Errorf("%d packs, %d trials", len(page.Packs), len(page.Trials))
	}
}

func TestThePackOfAClosingGroupIsGivenBackWhole(t *testing.T) {
	w, p := packed(t, noopPack("steps: 1", 5))
	if _, err := w.env().ExecuteActivity(w.acts.Undispatch, activities.UndispatchInput{Hashes: p.Hashes, WorkflowID: p.ID}); err != nil {
		t.Fatal(err)
	}
	if again := w.dispatch(); len(again.Packs) != 1 || again.Packs[0].ID != p.ID {
		t.Errorf("%+v", again)
	}
}

func TestStraysOfAPackAreAskedAfterByThePacksName(t *testing.T) {
	w, p := packed(t, noopPack("steps: 1", 5))
	time.Sleep(5 * time.Millisecond)
	for _, alive := range []bool{true, false} {
		w.alive[p.ID] = alive
		v, err := w.env().ExecuteActivity(w.acts.Reconcile, activities.ReconcileInput{Sweep: "s", Idle: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := v.Get(&n); err != nil || n != map[bool]int{true: 0, false: 5}[alive] {
			t.Errorf("%d put back (%v) of a pack that is alive: %v", n, err, alive)
		}
	}
}

func TestAPacksLastWordsNameEachSweepsShare(t *testing.T) {
	w, p := packed(t, noopPack("steps: 3", 3))
	other := "version: 1\nname: other\nexperiments:\n  - name: e\n    task: noop\n    seeds: [2]\n    parameters: {steps: 3}\n"
	if _, err := w.store.PutSweep(context.Background(), storage.Sweep{Name: "other", File: "o.yaml", Text: []byte(other)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.env().ExecuteActivity(w.acts.Plan, activities.SweepInput{Sweep: "other"}); err != nil {
		t.Fatal(err)
	}
	in := activities.PackSettleInput{WorkflowID: p.ID}
	for _, h := range p.Hashes {
		in.Trials = append(in.Trials, activities.PackWord{Hash: h, State: storage.Failed, Reason: "because"})
	}
	v, err := w.env().ExecuteActivity(w.acts.SettlePack, in)
	if err != nil {
		t.Fatal(err)
	}
	var s activities.PackSettled
	if err := v.Get(&s); err != nil || fmt.Sprint(s.Sweeps) != "[{other 1} {s 3}]" {
		t.Errorf("%v, %v", s, err)
	}
	for _, h := range p.Hashes {
		if w.state(h) != storage.Failed {
			t.Errorf("trial %.12s is %s", h, w.state(h))
		}
	}
}
