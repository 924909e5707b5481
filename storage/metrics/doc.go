// Package metrics keeps sweeps, trials, attempts and points in Postgres (pgx).
//
// It promises the contract of design.md §5: an attempt writes only while its
// fence is the trial's own, every write is one transaction, a claim rolls back
// exactly what stands after the checkpoint it goes on from, and no point is
// lost or counted twice whatever dies at whatever moment. Commit, End, Settle
// and WritePlan may be sent again after a lost answer.
//
// Errors: storage.ErrStale, ErrConflict, ErrInvalid, ErrSettled, ErrNumerics,
// ErrNotFound and ErrSchema are final; ErrBusy ends with the other's lease;
// everything else (connection lost, serialization failure, deadlock, server
// starting, disk full) may pass and is worth another try. No error holds a
// password.
//
// It imports storage, storage/migrations and training's vocabulary, never
// Temporal, an object store or the engine.
package metrics
