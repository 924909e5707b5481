package storage_test

import (
	"testing"

	"sweep/storage"
)

func TestKeysKeepAttemptsAndContentsApart(t *testing.T) {
	for got, want := range map[string]string{
		storage.CheckpointKey("abc", 3, 5000, "f00"):                 "trials/abc/3/5000-f00.safetensors",
		storage.ArtifactKey("abc", 3, 500, "samples", "f00", ".npy"): "trials/abc/3/samples-500-f00.npy",
		storage.ReportKey("paper", "f00"):                            "sweeps/paper/report-f00.html",
	} {
		if got != want {
			t.Errorf("key %s, want %s", got, want)
		}
	}
}

func TestOutcomesAndGivenUpTrialsAreSettled(t *testing.T) {
	settled := map[storage.TrialState]bool{storage.Pending: false, storage.Dispatched: false, storage.Running: false,
		storage.Finished: true, storage.Diverged: true, storage.Failed: true, storage.Cancelled: true}
	for state, want := range settled {
		if state.Settled() != want {
			t.Errorf("%s is settled: %v, want %v", state, state.Settled(), want)
		}
	}
	c := storage.Counts{Pending: 1, Dispatched: 2, Running: 4, Finished: 8, Diverged: 16, Failed: 32, Cancelled: 64}
	if c.Total() != 127 || c.Settled() != 120 {
		t.Errorf("%d trials, %d settled; want 127 and 120", c.Total(), c.Settled())
	}
}
