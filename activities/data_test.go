package activities_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"

	"sweep/internal/datasets"
	"sweep/storage"
	"sweep/training/engine"
	"sweep/training/tasks/mnist/lookalike"
	"sweep/training/tasks/noop"
)

const overMNIST = "version: 1\nname: s\nexperiments:\n  - {name: e, task: noop-mnist, parameters: {steps: 20}}\n"

// A plan holds the digest that the sweep was submitted with; a worker without
// that set fails in a way that is tried again, elsewhere or when it has it.
func TestAWorkerWithoutTheDataIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	files := filepath.Join(dir, "mnist")
	if err := errors.Join(os.Mkdir(files, 0o755), lookalike.Write(files, 50, 10, 1)); err != nil {
		t.Fatal(err)
	}
	lib := datasets.NewLibrary(datasets.Root{Path: dir})
	digest, err := lib.Digest("mnist")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, overMNIST)
	sw := storage.Sweep{Name: "s", File: "s.yaml", Text: []byte(overMNIST), Data: map[string]string{"mnist": digest}}
	if _, err := w.store.PutSweep(context.Background(), sw); err != nil {
		t.Fatal(err)
	}
	trial := w.planned()[0]

	w.acts.Trainer = engine.New(noop.OverMNIST{Sets: datasets.NewLibrary(datasets.Root{Path: t.TempDir()})})
	_, err = w.segment(trial, 0)
	if app := new(temporal.ApplicationError); !errors.As(err, &app) || app.NonRetryable() || !strings.Contains(err.Error(), "sweep data import mnist") {
		t.Fatalf("without the data: %v; expected an error that is tried again", err)
	}
	w.acts.Trainer = engine.New(noop.OverMNIST{Sets: lib})
	r, err := w.segment(trial, 0)
	finished(t, r, err)
	w.eachStepOnce(trial.Hash, 20)
}

func TestASweepSubmittedWithoutADigestIsNotPlanned(t *testing.T) {
	w := newWorld(t, overMNIST)
	_, err := w.env().ExecuteActivity(w.acts.Plan, struct{ Sweep string }{"s"})
	if app := new(temporal.ApplicationError); !errors.As(err, &app) || !app.NonRetryable() || !strings.Contains(err.Error(), "whose digest is not known") {
		t.Errorf("got %v", err)
	}
}
