package storage

import "errors"

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound: no such sweep, trial or object.
	ErrNotFound = errors.New("not found")
	// ErrStale: the attempt's fence is no longer the trial's own. The attempt
	// stops and exits quietly; nothing of the refused write was kept.
	ErrStale = errors.New("attempt is stale: another one has taken over")
	// ErrBusy: a live lease on the trial belongs to another workflow.
	ErrBusy = errors.New("trial is leased to another workflow")
	// ErrSettled: the trial already has its outcome.
	ErrSettled = errors.New("trial already has its outcome")
	// ErrNumerics: the trial is bound to a numerics key that is not the worker's.
	ErrNumerics = errors.New("trial is bound to other numerics")
	// ErrConflict: something already stands at this place with other content.
	ErrConflict = errors.New("different content already stands here")
	// ErrInvalid: what was to be written breaks the contract's form (a chunk
	// too long, steps that do not ascend, a point behind the checkpoint). Sending
	// it again cannot succeed.
	ErrInvalid = errors.New("malformed write")
	// ErrCorrupt: stored bytes are not what was written.
	ErrCorrupt = errors.New("stored bytes are damaged")
	// ErrSchema: the database's schema is newer or older than this program's.
	ErrSchema = errors.New("database schema does not fit this program")
)
