// Package activities is all that a workflow may ask of the world: plan a
// sweep, hand out its trials, train one segment, settle an outcome. Each asks
// through small interfaces declared here, which cmd/sweep fills with the real
// stores and the real engine.
//
// It promises that an activity may be run again at any point: what it wrote
// before is found, not written twice. It imports the vocabularies (storage,
// sweeps, training) and never a driver, an engine or a workflow.
package activities

import (
	"context"
	"iter"
	"time"

	"sweep/storage"
	"sweep/training"
)

// Activities holds the world. A method's name is stored in histories: renaming
// one breaks running sweeps. Every exported method is registered.
type Activities struct {
	Plans    Plans
	Queue    Queue
	Strays   Strays
	Attempts Attempts
	Outcomes Outcomes
	Objects  Objects
	Trainer  Trainer
	Packer   Packer // nil: no task is trained in one launch
	Groups   Groups
	Reports  Reports
	Notices  Notices
	Webhooks Webhooks
	Slots    *Slots          // of this worker, for packs; nil: a pack has one
	Worker   string          // who trains, for people: host/pid
	Program  storage.Program // what trains, for provenance
	Flush    time.Duration   // how often points are committed; 0 means 2 s
}

// Plans keeps sweeps and their plans.
type Plans interface {
	Sweep(ctx context.Context, name string) (storage.Sweep, error)
	SetSweepState(ctx context.Context, name string, state storage.SweepState) error
	WritePlan(ctx context.Context, sweep string, experiments []storage.Experiment, rows iter.Seq2[storage.PlanRow, error]) (storage.PlanCounts, error)
}

// Queue hands out pending trials, and counts a sweep's trials.
type Queue interface {
	Dispatch(ctx context.Context, sweep string, max int, packing storage.Packing) ([]storage.Dispatch, storage.Counts, error)
	Undispatch(ctx context.Context, hash, workflowID string) error
	Counts(ctx context.Context, sweep string) (storage.Counts, error)
	Paces(ctx context.Context, sweep string) ([]storage.Pace, error)
}

// Strays finds trials that are said to be in flight and are not.
type Strays interface {
	Strays(ctx context.Context, sweep string, idle time.Duration) ([]storage.Stray, error)
	Requeue(ctx context.Context, hash, workflowID string) error
}

// Attempts is the fenced contract of one attempt (design.md §5).
type Attempts interface {
	Claim(ctx context.Context, r storage.ClaimRequest, verify func(context.Context, storage.Checkpoint) (bool, error)) (storage.Claim, error)
	Commit(ctx context.Context, c storage.Commit) (storage.Wanted, error)
	End(ctx context.Context, e storage.End) error
}

// Outcomes keeps a group's last word on a trial.
type Outcomes interface {
	Settle(ctx context.Context, s storage.Settlement) (sweeps []string, err error)
	Progress(ctx context.Context, hash string) (step int64, state storage.TrialState, fence int64, err error)
}

// Objects keeps bytes under keys that are written once.
type Objects interface {
	Put(ctx context.Context, key string, data []byte, sha256, mediaType string) (etag string, err error)
	Get(ctx context.Context, key string, size int64, sha256 string) ([]byte, error)
}

// Trainer trains one stretch of one trial, and names the numerics that it
// trains a task with ("" for a task it cannot train).
type Trainer interface {
	Train(ctx context.Context, job training.Job, rec training.Recorder) (training.Result, error)
	Numerics(task string) string
}

// Packer trains trials of one shape in one launch. PackSize is the most trials
// of a task that it takes, below 2 none. Its error is the whole pack's, before
// any trial began; training.ErrMemory says that fewer trials may fit, and
// training.ErrAlone that trials of this shape are not packed.
type Packer interface {
	PackSize(task string) int
	TrainPack(ctx context.Context, jobs []training.PackJob) ([]training.PackResult, error)
}

// Groups tells whether a group workflow is open.
type Groups interface {
	Alive(ctx context.Context, workflowID string) (bool, error)
}

// Reports writes a sweep's report where readers find it.
type Reports interface {
	WriteReport(ctx context.Context, sweep string) error
}
