package storage

import "time"

// TrialState is where a trial stands. Finished and diverged are outcomes and
// final; failed and cancelled may be run again.
type TrialState string

// The states of a trial.
const (
	Pending    TrialState = "pending"    // planned, nobody has it
	Dispatched TrialState = "dispatched" // a group workflow has it, no attempt is writing
	Running    TrialState = "running"    // an attempt holds the lease
	Finished   TrialState = "finished"
	Diverged   TrialState = "diverged"
	Failed     TrialState = "failed"
	Cancelled  TrialState = "cancelled"
)

// Settled tells whether the state is one that a trial stays in by itself.
func (s TrialState) Settled() bool {
	return s == Finished || s == Diverged || s == Failed || s == Cancelled
}

// Wanted is what the sweeps that name a trial want of it now. A trial runs
// while any of them is running and wants it.
type Wanted string

// What sweeps may want.
const (
	WantRun    Wanted = "run"
	WantPause  Wanted = "pause"  // every sweep that wants it is paused
	WantCancel Wanted = "cancel" // no sweep wants it any more
)

// ClaimRequest asks for the right to write a trial.
type ClaimRequest struct {
	Hash       string // trial hash
	WorkflowID string // the group that asks
	Worker     string // who will train, for people
	Numerics   string // numerics key of the worker
	Lease      time.Duration
	Program    Program // what trains
}

// Program says what trained a trial, for the provenance of its results.
type Program struct {
	Machine string // system and processor
	Version string
	Commit  string // of the source; "" when it was not built from one
	Dirty   bool   // the source had changes that were not committed
}

// Claim is the right to write: the fence, and what to go on from.
type Claim struct {
	Fence      int64
	Config     []byte      // canonical JSON of the trial's training.Config
	Checkpoint *Checkpoint // nil: start at step 0
	// Replay is the highest step whose points were ever rolled back, -1 if none:
	// up to it, committed points are compared with those seen before.
	Replay int64
	Wanted Wanted
}

// Checkpoint is a pointer to a stored state. The row is the commit: an object
// without a row does not count.
type Checkpoint struct {
	Step   int64
	Key    string
	Size   int64
	SHA256 string // hex
	ETag   string
}

// Artifact is a pointer to a stored artifact.
type Artifact struct {
	Name      string
	Step      int64
	Key       string
	MediaType string
	Size      int64
	SHA256    string
}

// Chunk holds points of one metric in ascending step order. A chunk never
// straddles a checkpoint, and holds at most MaxChunk points.
type Chunk struct {
	Metric string
	Steps  []int64
	Values []float64
}

// MaxChunk bounds the points of one chunk.
const MaxChunk = 1000

// Measurement is something about an attempt that is not a function of the
// trial, e.g. steps_per_second. It goes to telemetry, never to metrics.
type Measurement struct {
	Name  string
	Value float64
}

// Commit is one atomic write of an attempt. It holds only while Fence is the
// trial's own, and renews the lease. Sending the same commit again is harmless.
type Commit struct {
	Hash       string
	Fence      int64
	Lease      time.Duration
	Step       int64 // last step trained, for people
	Chunks     []Chunk
	Checkpoint *Checkpoint
	Artifacts  []Artifact
	Telemetry  []Measurement
}

// End closes an attempt.
type End struct {
	Hash    string
	Fence   int64
	Outcome string // a training.Outcome, or "failed"
	Step    int64
	Reason  string
	CPU     time.Duration // processor time of the training thread; 0: not measured
}

// Settlement is a group's last word on a trial.
type Settlement struct {
	Hash       string
	WorkflowID string
	State      TrialState // Pending (to be run again), Failed or Cancelled; ignored if the trial has an outcome
	Reason     string
}
