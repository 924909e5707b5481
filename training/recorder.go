package training

// Point is the value of one metric at the step it is recorded under. Points
// are functions of the trial alone: wall-clock and throughput are not points.
type Point struct {
	Metric string
	Value  float64
}

// Artifact is a picture, sample file or table that belongs to a trial's step.
// Like points, it is a function of the trial alone.
type Artifact struct {
	Name      string // e.g. "samples"
	Step      int64
	MediaType string // e.g. "application/x-npy"
	Extension string // with the dot, e.g. ".npy"
	Data      []byte
}

// Checkpoint is everything needed to go on bit for bit after Step. Two
// checkpoints of one trial at one step have equal bytes.
type Checkpoint struct {
	Step int64
	Data []byte
}

// Recorder takes what training produces. Calls come from one goroutine, steps
// never descend, and everything of a step is given before its checkpoint. A
// method may block (back-pressure); an error stops the training at once.
type Recorder interface {
	// Record takes the points of one step. The slice is the caller's and is
	// used again after the call.
	Record(step int64, points []Point) error
	// Artifact takes an artifact; its bytes now belong to the recorder.
	Artifact(a Artifact) error
	// Checkpoint takes a checkpoint; its bytes now belong to the recorder.
	Checkpoint(c Checkpoint) error
}
