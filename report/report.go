package report

import (
	"context"
	"fmt"
	"strings"

	"sweep/storage"
)

// Finals gives every wanted trial of an experiment with its last value of a
// metric, trials without one included.
type Finals interface {
	SweepProgress(ctx context.Context, sweep string) (storage.SweepProgress, error)
	Finals(ctx context.Context, sweep, experiment, metric string) ([]storage.Final, error)
	// FinalsAt gives the value at a step, or at the last step before it that has
	// one; FinalsBest the largest finite one of all steps, or the smallest.
	FinalsAt(ctx context.Context, sweep, experiment, metric string, step int64) ([]storage.Final, error)
	FinalsBest(ctx context.Context, sweep, experiment, metric string, largest bool) ([]storage.Final, error)
}

// Source is what a page is made of.
type Source interface {
	Finals
	// Attempts lists every attempt of a sweep's trials.
	Attempts(ctx context.Context, sweep string) ([]storage.Attempt, error)
	// Artifacts lists an experiment's artifacts of one name, e.g. "samples".
	Artifacts(ctx context.Context, sweep, experiment, name string) ([]storage.TrialArtifact, error)
	// Curves reads one metric of the trials of some cells, thinned at the same
	// steps for all; trials without a point are left out.
	Curves(ctx context.Context, q storage.CurveQuery) ([]storage.Curve, error)
}

// Blobs reads stored objects. Damaged bytes give storage.ErrCorrupt, a missing
// object storage.ErrNotFound: both are shown on the page; any other error stops
// the report.
type Blobs interface {
	Get(ctx context.Context, key string, size int64, sha256 string) ([]byte, error)
}

// UnknownError is a name that a sweep does not have: the user's mistake.
type UnknownError struct {
	Kind  string // "experiment", "metric" or "axis"
	Name  string
	Of    string // what was searched, e.g. "sweep paper"
	Known []string
}

// Error names what there is instead.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s has no %s %q (it has %s)", e.Of, e.Kind, e.Name, strings.Join(e.Known, ", "))
}
