package quality

import (
	"fmt"
	"sync"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality/lenet"
)

// Judge is one for a process: what is known of real images is computed when it
// is first asked for and then shared by all trials. The zero value is ready, and
// any number of goroutines may use it.
type Judge struct {
	mu    sync.Mutex
	reals map[subject]*real
}

// subject is what knowledge of real images depends on.
type subject struct {
	data, numerics string // the set's digest and the backend's name
	samples        int    // images that are scored at a time
}

// Scorer makes a scorer of n generated images at a time, at most
// training.QualityMax, against a data set; it serves one goroutine, as its
// backend does. The real images are looked at when it first scores.
func (j *Judge) Scorer(be kernels.Backend[float32], set *data.Set, n int) (*Scorer, error) {
	if n < training.QualityMin || n > training.QualityMax {
		return nil, fmt.Errorf("%w: %d images to score are outside %d to %d", training.ErrConfig, n, training.QualityMin, training.QualityMax)
	}
	net, err := lenet.Load()
	if err != nil {
		return nil, err
	}
	eye, err := newEye(be, net, n)
	return &Scorer{judge: j, subject: subject{set.Digest, be.Name(), n}, set: set, eye: eye}, err
}

// real gives what a scorer needs to know of real images; others wait while one
// finds it out.
func (j *Judge) real(s *Scorer) *real {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r, ok := j.reals[s.subject]; ok {
		return r
	}
	if j.reals == nil {
		j.reals = map[subject]*real{}
	}
	r := newReal(s.eye, s.set)
	j.reals[s.subject] = r
	return r
}
