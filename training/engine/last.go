package engine

import (
	"sweep/training"
	"sweep/training/checkpoint"
)

// lastValues are the last values of all metrics, in order of first record. They
// travel in the checkpoint, so that a resumed trial ends with all of them.
type lastValues struct {
	points []training.Point
}

func newLastValues(from []checkpoint.Last) (l lastValues) {
	for _, v := range from {
		l.points = append(l.points, training.Point{Metric: v.Metric, Value: float64(v.Value)})
	}
	return l
}

func (l *lastValues) take(points []training.Point) {
	for _, p := range points {
		l.set(p)
	}
}

func (l *lastValues) set(p training.Point) {
	for i := range l.points {
		if l.points[i].Metric == p.Metric {
			l.points[i].Value = p.Value
			return
		}
	}
	l.points = append(l.points, p)
}

func (l *lastValues) manifest() []checkpoint.Last {
	out := make([]checkpoint.Last, len(l.points))
	for i, p := range l.points {
		out[i] = checkpoint.Last{Metric: p.Metric, Value: checkpoint.Number(p.Value)}
	}
	return out
}
