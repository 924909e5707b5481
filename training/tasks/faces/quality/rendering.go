package quality

import (
	"sweep/training/tasks/faces/pfaces"
)

// rendering draws faces again from what was read.
type rendering struct {
	canvas *pfaces.Canvas
	bytes  []uint8
}

func (s *Scorer) newRendering() *rendering {
	return &rendering{pfaces.NewCanvas(s.set.Size), make([]uint8, s.set.Width())}
}

// off is the mean squared difference of a picture, from −1 to 1, from what its
// attributes give when drawn with middling nuisances: renderability
// (experiments.md §5.2).
func (r *rendering) off(a pfaces.Attributes, picture []float32) float64 {
	r.canvas.Draw(r.bytes, a, pfaces.Plain())
	sum := 0.0
	for i, v := range picture {
		d := float64(v) - (float64(r.bytes[i])/127.5 - 1)
		sum += float64(d * d)
	}
	return sum / float64(len(picture))
}
