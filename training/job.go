package training

import (
	"errors"
	"time"
)

// Cadence says when to checkpoint: after so many steps or so much time,
// whichever comes first; zero means never by that measure. Neither touches the
// numbers.
type Cadence struct {
	Steps int64
	Time  time.Duration
}

// Job asks for one stretch of a trial.
type Job struct {
	Config  Config
	Resume  []byte // a checkpoint's bytes, nil to start at step 0
	Every   Cadence
	MaxTime time.Duration // return Preempted after this long, 0 for no limit
}

// Outcome is how a stretch of training ended.
type Outcome string

// The outcomes.
const (
	Finished  Outcome = "finished"  // all steps are done and checkpointed
	Diverged  Outcome = "diverged"  // a loss or a parameter became NaN or infinite: a result, not an error
	Preempted Outcome = "preempted" // asked to stop, or out of time: checkpointed, to be continued
)

// Result is what a stretch of training says when it ends without an error.
type Result struct {
	Outcome Outcome
	Step    int64   // the last step that was recorded and checkpointed
	Reason  string  // for Diverged: which number at which step
	Last    []Point // the last value of every metric that this stretch recorded, in order of first record
}

// Errors that training marks its failures with, so that a caller can tell
// what can never succeed from what may succeed elsewhere.
var (
	ErrConfig = errors.New("invalid configuration")
	ErrState  = errors.New("unusable checkpoint")
	ErrMemory = errors.New("no room in the device's memory") // for so many trials together
	ErrAlone  = errors.New("not trained in packs")           // trials of this shape
)
