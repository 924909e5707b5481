package quality

import (
	"fmt"
	"strings"
	"sync"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/scores"
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
	"sweep/training/tasks/faces/reader"
)

// Judge is one for a process: what is known of real pictures is computed when it
// is first asked for and then shared by all trials. The zero value is ready, and
// any number of goroutines may use it.
type Judge struct {
	mu    sync.Mutex
	reals map[subject]*real
}

// subject is what knowledge of real pictures depends on.
type subject struct {
	data, numerics string // the set's digest and the backend's name
	samples        int    // pictures that are scored at a time
}

// Scorer scores generated pictures for one trial.
type Scorer struct {
	judge      *Judge
	subject    subject
	set        *data.Set
	drawn      *pfaces.Faces // nil for imported faces, whose attributes nobody knows
	reader     *reader.Reader
	kernel     *scores.Kernel
	neighbours *scores.Neighbours
}

// Scorer makes a scorer of n generated pictures at a time, training.QualityMin
// to training.QualityMax, against a set; it serves one goroutine, as its backend
// does. The real pictures are looked at when it first scores.
func (j *Judge) Scorer(be kernels.Backend[float32], set *data.Set, n int) (*Scorer, error) {
	if n < training.QualityMin || n > training.QualityMax {
		return nil, fmt.Errorf("%w: %d pictures to score are outside %d to %d", training.ErrConfig, n, training.QualityMin, training.QualityMax)
	}
	net, err := reader.Load()
	if err != nil {
		return nil, err
	}
	look, err := reader.NewReader(be, net, set.Size)
	if err != nil {
		return nil, err
	}
	s := &Scorer{judge: j, subject: subject{set.Digest, be.Name(), n}, set: set, reader: look,
		kernel: scores.NewKernel(be), neighbours: scores.NewNeighbours(be)}
	if variant, drawn := strings.CutPrefix(set.Name, "pfaces-"); drawn {
		s.drawn, err = pfaces.New(variant, set.Size, 0) // attributes' weights depend on the variant alone
	}
	return s, err
}

// Samples is the number of pictures that it scores at a time.
func (s *Scorer) Samples() int { return s.subject.samples }

// Ceiling gives, under names that begin with real_, the scores of training
// pictures in the generated ones' place. The slice is shared.
func (s *Scorer) Ceiling() []training.Point { return s.real().ceiling }

// Points scores the first Samples() pictures of (n, 3·size²), NCHW, from −1 to
// 1. There may not be fewer.
func (s *Scorer) Points(pictures []float32) []training.Point {
	r := s.real()
	return s.points(r, s.look(pictures[:s.Samples()*s.set.Width()]), "")
}

// real gives what a scorer needs to know of real pictures; others wait while one
// finds it out.
func (s *Scorer) real() *real {
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	if r, ok := j.reals[s.subject]; ok {
		return r
	}
	if j.reals == nil {
		j.reals = map[subject]*real{}
	}
	r := s.newReal()
	j.reals[s.subject] = r
	return r
}
