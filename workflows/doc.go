// Package workflows decides what happens next: Sweep hands out a sweep's
// trials and waits for them, Group carries one trial from its first claim to
// its outcome. Both survive any crash, because what they decided is in
// Temporal's history and what was done is in Postgres.
//
// It promises to be deterministic: no clock, randomness, files, environment,
// locks, goroutines or map iteration beside the SDK's own. It imports
// activities, sweeps and training, and never a store, a driver or an engine.
package workflows
