// Package checkpoint turns the state of a trial into bytes and back.
//
// The form is a safetensors file (readable from Python) whose __metadata__
// holds a manifest: engine version, trial hash, numerics key, step, counters,
// last metric values and the sha256 of every tensor. Encode promises equal bytes
// for equal states. Decode promises that what it accepts is what Encode wrote,
// bit for bit, and refuses anything else with the reason, wrapping
// training.ErrState; the memory it takes is bounded by the input's size. The
// package knows no store.
package checkpoint
