package synthetic

import (
	"math"
	"strings"

	"sweep/storage"
)

// Value is trial i's value of a metric (its place in MetricNames) at a step. A
// score rises towards a level that grows with k and differs by seed; every
// other metric falls or rises the same way with noise. Only the last value of a
// trial that diverges is not finite.
func (s Spec) Value(i, metric int, step int64) float64 {
	s = s.filled()
	if FateOf(i) == Diverges && step >= s.half() {
		return math.NaN()
	}
	t := TrialOf(i)
	learned := float64(step) / (float64(step) + float64(s.Steps)/8)
	noise := unit(uint64(i)<<32|uint64(metric)<<24, uint64(step)) - 0.5
	skill := 0.55 + 0.035*float64(t.K) + 0.1*(unit(uint64(i), 0)-0.5)
	switch {
	case metric < len(known) && strings.HasPrefix(known[metric], "modes_"):
		return math.Round(8 * min(1, learned*(skill+0.1*noise)))
	case metric%2 == 0:
		return learned * (skill + 0.2*noise)
	}
	return 1.4 - learned*(skill+0.2*noise)
}

func (s Spec) half() int64 { return max(1, s.Steps/2) }

// unit is a number in [0, 1) that depends on both words: splitmix64 (Steele,
// Lea & Flood 2014).
func unit(a, b uint64) float64 {
	x := a*0x9e3779b97f4a7c15 + b*0xd1342543de82ef95 + 0x2545f4914f6cdd1d
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// chunks are trial i's points from step first to last, both included.
func (s Spec) chunks(i int, names []string, first, last int64) []storage.Chunk {
	var out []storage.Chunk
	for m, name := range names {
		for at := first; at <= last; at += storage.MaxChunk {
			c := storage.Chunk{Metric: name}
			for step := at; step <= min(last, at+storage.MaxChunk-1); step++ {
				c.Steps, c.Values = append(c.Steps, step), append(c.Values, s.Value(i, m, step))
			}
			out = append(out, c)
		}
	}
	return out
}
