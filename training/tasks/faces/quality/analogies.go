package quality

import (
	"sweep/training"
	"sweep/training/tasks/faces/pfaces"
)

// The bounds of analogies: codes that are looked through for each kind's values,
// the codes that a cell needs at least, and those whose mean it takes at most.
const (
	pool     = 512
	cellMin  = 3
	cellMost = 256
)

// analogies are codes z(A) − z(B) + z(C) (Radford et al. 2016; experiments.md
// §6): C shows a value of one kind, A and B are the means of codes that show
// another value and C's. It succeeds where the reader sees A's value and C's
// other kinds; side effects are the other kinds that changed.
func (s *Scorer) analogies(generate func(z []float32) []float32, zDim, count int) []training.Point {
	asked := s.album(generate, zDim).questions(min(count, chunk))
	if len(asked) == 0 { // the generator shows one value of everything
		return []training.Point{{Metric: "analogy_success", Value: 0}}
	}
	var z []float32
	for _, q := range asked {
		z = append(z, q.answer()...)
	}
	success, side, at := 0.0, 0.0, 0
	s.generated(generate, z, zDim, func(_ []float32, r reading) {
		q := asked[at]
		at++
		changed := 0
		for k, v := range r.Kinds {
			if k != q.kind && v != q.before[k] {
				changed++
			}
		}
		if r.Kinds[q.kind] == q.want && changed == 0 {
			success++
		}
		side += float64(changed) / (pfaces.Categorical - 1)
	})
	n := float64(len(asked))
	return []training.Point{{Metric: "analogy_success", Value: success / n}, {Metric: "analogy_side", Value: side / n}}
}

// Analogies are codes for a sheet: up to so many rows of four, the mean codes of
// A and of B, C, and A − B + C. There are none on imported faces, and none where
// a generator shows one value of everything.
func (s *Scorer) Analogies(generate func(z []float32) []float32, zDim, rows int) (z []float32) {
	if s.drawn == nil {
		return nil
	}
	for _, q := range s.album(generate, zDim).questions(rows) {
		for _, code := range [][]float32{q.a, q.b, q.c, q.answer()} {
			z = append(z, code...)
		}
	}
	return z
}

// question is one analogy: a kind that should take a value, the others staying.
type question struct {
	kind    int
	want    uint8
	before  [pfaces.Categorical]uint8
	a, b, c []float32 // codes
}

// answer is the code A − B + C.
func (q question) answer() []float32 {
	z := make([]float32, len(q.c))
	for d := range z {
		z[d] = q.a[d] - q.b[d] + q.c[d]
	}
	return z
}

// album is codes with what their pictures show.
type album struct {
	z     []float32
	zDim  int
	kinds [][pfaces.Categorical]uint8
}

// album looks at what the pool's codes show.
func (s *Scorer) album(generate func(z []float32) []float32, zDim int) album {
	a := album{z: codes(pool, zDim, forAnalogies), zDim: zDim}
	s.generated(generate, a.z, zDim, func(_ []float32, r reading) { a.kinds = append(a.kinds, r.Kinds) })
	return a
}

// questions are up to so many analogies.
func (a album) questions(count int) (asked []question) {
	for i := 0; i < pool && len(asked) < count; i++ {
		if q, ok := a.ask(i); ok {
			asked = append(asked, q)
		}
	}
	return asked
}

// ask makes code i the C of an analogy of kind i modulo their number, towards
// the next value that enough codes show; ok is false where none does.
func (a album) ask(i int) (q question, ok bool) {
	kind := i % pfaces.Categorical
	q = question{kind: kind, before: a.kinds[i], c: a.z[i*a.zDim : (i+1)*a.zDim]}
	q.b = a.mean(i, kind, q.before[kind])
	values := len(pfaces.Kinds()[kind].Values)
	for step := 1; step < values && q.b != nil; step++ {
		q.want = uint8((int(q.before[kind]) + step) % values)
		if q.a = a.mean(i, kind, q.want); q.a != nil {
			return q, true
		}
	}
	return q, false
}

// mean is that of codes other than i that show a value; nil for too few.
func (a album) mean(i, kind int, value uint8) []float32 {
	sum, n := make([]float64, a.zDim), 0.0
	for j := range a.kinds {
		if j == i || a.kinds[j][kind] != value || n == cellMost {
			continue
		}
		n++
		for d := range sum {
			sum[d] += float64(a.z[j*a.zDim+d])
		}
	}
	if n < cellMin {
		return nil
	}
	out := make([]float32, a.zDim)
	for d := range out {
		out[d] = float32(sum[d] / n)
	}
	return out
}
