package reader

import "sweep/training/tasks/faces/pfaces"

// The parts that tests look at by themselves.
var (
	NewReading = newReading
	Truth      = truth
)

const (
	KindOutputs = kindOutputs
	Outputs     = outputs
)

// Look takes one picture of size×size pixels to Side×Side.
func Look(picture []float32, size int) []float32 {
	out := make([]float32, pixels)
	newLens(size).look(out, picture)
	return out
}

// Marked are the marks of readings beside the truth.
func Marked(read, correct []pfaces.Attributes) Marks {
	var t tally
	for i := range read {
		t.add(read[i], correct[i])
	}
	return t.marks()
}
