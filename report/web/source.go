package web

import (
	"context"
	"time"

	"sweep/report"
	"sweep/storage"
)

// Source is what pages are made of.
type Source interface {
	report.Finals
	lists
	trials
	// QueryWithin runs a reader's query: at most rows rows and bytes bytes.
	QueryWithin(ctx context.Context, sql string, rows, bytes int, timeout time.Duration) (storage.Table, error)
}

// lists are the reads of many things, a page at a time.
type lists interface {
	SweepLines(ctx context.Context, after storage.SweepMark, limit int) ([]storage.SweepLine, error)
	Sweep(ctx context.Context, name string) (storage.Sweep, error)
	ExperimentLines(ctx context.Context, sweep, experiment string) ([]storage.ExperimentLine, error)
	CellLines(ctx context.Context, sweep, experiment string, from, limit int) (cells []storage.CellLine, total int, err error)
	TrialLines(ctx context.Context, q storage.TrialQuery) ([]storage.TrialLine, error)
	Curves(ctx context.Context, q storage.CurveQuery) ([]storage.Curve, error)
	// Report finds a sweep's newest report, or storage.ErrNotFound.
	Report(ctx context.Context, sweep string) (key string, size int64, sha256 string, err error)
}

// trials are the reads of one trial, by its hash.
type trials interface {
	Trial(ctx context.Context, id string) (storage.Trial, error)
	TrialSweeps(ctx context.Context, id string) ([]string, error)
	TrialAttempts(ctx context.Context, id string) ([]storage.Attempt, error)
	TrialArtifacts(ctx context.Context, id string) ([]storage.Artifact, error)
	Artifact(ctx context.Context, id, name string, step int64) (storage.Artifact, error)
	Checkpoints(ctx context.Context, id string) ([]storage.Checkpoint, error)
	LastValues(ctx context.Context, id string) ([]storage.LastValue, error)
}

// Blobs reads stored objects: damaged bytes are storage.ErrCorrupt, a missing
// object storage.ErrNotFound.
type Blobs interface {
	Get(ctx context.Context, key string, size int64, sha256 string) ([]byte, error)
}
