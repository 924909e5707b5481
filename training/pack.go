package training

import "context"

// PackJob is one trial of a pack: its job, where its points go, and the context
// that stops it alone.
type PackJob struct {
	Job
	Ctx context.Context
	Rec Recorder
}

// PackResult is how a pack's stretch ended for one trial: a Result, or the error
// that Train would have given.
type PackResult struct {
	Result
	Err error
}

// DeviceTimer is what trains on a device, and tells the seconds in which the
// device ran its iterations since it was opened. It only grows, and may be asked
// at any time, from any goroutine.
type DeviceTimer interface {
	DeviceSeconds() float64
}
