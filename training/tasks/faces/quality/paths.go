package quality

import (
	"math"
	"slices"

	"sweep/training"
	"sweep/training/tasks/faces/pfaces"
)

// stops is the number of pictures on a path, both ends among them
// (experiments.md §6).
const stops = 33

// Paths scores straight lines between pairs of codes, and analogies of codes
// (experiments.md §6), of a generator: (n, zDim) to (n, 3·size²), at most 100
// codes at a time. It takes 33 pictures a pair, and 612 more for 100 analogies
// of them. On imported faces, whose attributes nobody knows, it gives nothing.
func (s *Scorer) Paths(generate func(z []float32) []float32, zDim, pairs int) []training.Point {
	if s.drawn == nil || pairs < 1 {
		return nil
	}
	var sum walks
	ends := codes(2*pairs, zDim, forPaths)
	for p := range pairs {
		sum.add(s.walk(generate, ends[2*p*zDim:(2*p+1)*zDim], ends[(2*p+1)*zDim:(2*p+2)*zDim]))
	}
	return append(sum.points(), s.analogies(generate, zDim, pairs)...)
}

// path is what is seen on the way from one code to another.
type path struct {
	features [][]float32
	readings []reading
}

func (s *Scorer) walk(generate func(z []float32) []float32, from, to []float32) (w path) {
	z := make([]float32, 0, stops*len(from))
	for i := range stops {
		t := float64(i) / (stops - 1)
		for d := range from {
			z = append(z, float32(float64(float64(1-t)*float64(from[d]))+float64(t*float64(to[d]))))
		}
	}
	s.generated(generate, z, len(from), func(f []float32, r reading) {
		w.features, w.readings = append(w.features, slices.Clone(f)), append(w.readings, r)
	})
	return w
}

// walks are sums over paths.
type walks struct {
	monotony, monotonies float64 // |ρ| of attributes whose ends differ, their number
	once, changes        float64 // kinds that switch once, kinds whose ends differ
	ratio, ratios        float64 // path length over the ends' distance, paths whose ends differ
	middle, ends         float64 // renderability
}

// apart is how far an attribute's ends differ, as a share of its range, before
// its way is judged: less is the reader's own error.
const apart = 0.2

func (s *walks) add(w path) {
	first, last := w.readings[0], w.readings[stops-1]
	for v := range pfaces.Continuous {
		way := w.way(v)
		if math.Abs(way[stops-1]-way[0]) >= apart {
			s.monotony += math.Abs(spearman(way))
			s.monotonies++
		}
	}
	for k := range pfaces.Categorical {
		if first.Kinds[k] == last.Kinds[k] {
			continue
		}
		switches := 0
		for i := 1; i < stops; i++ {
			if w.readings[i].Kinds[k] != w.readings[i-1].Kinds[k] {
				switches++
			}
		}
		s.changes++
		if switches == 1 {
			s.once++
		}
	}
	if direct := far(w.features[0], w.features[stops-1]); direct > 0 {
		for i := 1; i < stops; i++ {
			s.ratio += far(w.features[i-1], w.features[i]) / direct
		}
		s.ratios++
	}
	s.middle += w.readings[stops/2].off
	s.ends += (first.off + last.off) / 2
}

// way is an attribute along a path, in shares of its range; a hue goes the
// shorter way round from each picture to the next.
func (w path) way(v int) []float64 {
	out := make([]float64, stops)
	for i, r := range w.readings {
		out[i] = float64(r.Values[v]) / 65536
		if v >= pfaces.FirstHue && i > 0 {
			out[i] = out[i-1] + float64(int16(r.Values[v]-w.readings[i-1].Values[v]))/65536
		}
	}
	return out
}

// points leaves out what no path told.
func (s *walks) points() (out []training.Point) {
	for _, m := range []struct {
		name   string
		sum, n float64
	}{
		{"path_monotony", s.monotony, s.monotonies},
		{"path_once", s.once, s.changes},
		{"path_length", s.ratio, s.ratios},
		{"path_middle", s.middle, s.ends},
	} {
		if m.n > 0 {
			out = append(out, training.Point{Metric: m.name, Value: m.sum / m.n})
		}
	}
	return out
}

func far(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += float64(d * d)
	}
	return math.Sqrt(sum)
}

// spearman is the rank correlation of a sequence with its places, ties by their
// mean rank; 0 where all are equal.
func spearman(x []float64) float64 {
	n := float64(len(x))
	var sum, xx, tt float64
	for i, v := range x {
		rank := 0.0 // twice the distance from the middle rank
		for _, w := range x {
			if w < v {
				rank++
			} else if w > v {
				rank--
			}
		}
		place := 2*float64(i) - (n - 1)
		sum += float64(rank * place)
		xx += float64(rank * rank)
		tt += float64(place * place)
	}
	if xx == 0 {
		return 0
	}
	return sum / math.Sqrt(float64(xx*tt))
}
