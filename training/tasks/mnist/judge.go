package mnist

import (
	"fmt"
	"math"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/nets"
	"sweep/training/plan"
	"sweep/training/tasks/mnist/data"
)

const (
	judged         = 500 // images of one pass of an evaluation at most, as the source's
	confidenceBins = 15  // of the calibration error (Guo et al. 2017, §5)
)

// Verdict is what a classifier makes of some images.
type Verdict struct {
	Accuracy  float64 // share of the images
	NLL       float64 // mean −log p(digit), nats
	ECE       float64 // Σ over 15 bins of confidence of |right − Σ confidence|, over the images
	Confusion [data.Classes][data.Classes]int
}

// judge classifies images, noise off, so many in a pass as digits has.
type judge[T kernels.Float] struct {
	scale  *data.Scale
	x      kernels.Matrix[T]
	pass   *plan.Program[T]
	run    func() // runs pass on x
	digits []uint8
}

func newJudge[T kernels.Float](be kernels.Backend[T], c *nets.Classifier[T], scale *data.Scale, images int) (*judge[T], error) {
	rows := min(judged, images)
	g, err := nets.NewClassifierPass(be, c, rows)
	if err != nil {
		return nil, err
	}
	p, err := plan.Compile(be, g.Logits)
	if err != nil {
		return nil, fmt.Errorf("lowering the classifier: %w", err)
	}
	return &judge[T]{scale: scale, x: g.X, pass: p, run: p.Run, digits: make([]uint8, rows)}, nil
}

// of classifies the images of some indices.
func (j *judge[T]) of(p data.Part, indices []int32) Verdict {
	var t tally
	for len(indices) > 0 {
		n := min(len(j.digits), len(indices))
		fill(j.x.Data, p, j.scale, indices[:n])
		p.Classes(j.digits, indices[:n])
		j.run()
		logits := j.pass.Output(0)
		for i, digit := range j.digits[:n] {
			add(&t, logits.Data[i*logits.Cols:][:logits.Cols], int(digit))
		}
		indices = indices[n:]
	}
	return t.verdict()
}

// tally adds up images.
type tally struct {
	v          Verdict
	n, right   int
	nll        float64
	sure, hits [confidenceBins]float64 // Σ confidence and right answers by bin
}

func add[T kernels.Float](t *tally, logits []T, digit int) {
	best, top := 0, float64(logits[0])
	for c, l := range logits {
		if float64(l) > top {
			best, top = c, float64(l)
		}
	}
	var sum float64
	for _, l := range logits {
		sum += kernels.Exp(float64(l) - top)
	}
	t.n++
	t.nll += kernels.Log(sum) + top - float64(logits[digit])
	t.v.Confusion[digit][best]++
	confidence := 1 / sum
	bin := min(max(int(math.Ceil(confidence*confidenceBins))-1, 0), confidenceBins-1)
	t.sure[bin] += confidence
	if best == digit {
		t.right++
		t.hits[bin]++
	}
}

func (t *tally) verdict() Verdict {
	n := float64(t.n)
	v := t.v
	v.Accuracy, v.NLL = float64(t.right)/n, t.nll/n
	for b := range t.sure {
		v.ECE += math.Abs(t.hits[b]-t.sure[b]) / n
	}
	return v
}

// chosen is the epoch that validation has chosen so far: the first with the
// highest accuracy (experiments.md §7.3).
type chosen struct {
	accuracy, test float64
	step           int64
	any            bool
}

// judgement scores the validation images, and the test images whenever
// validation chooses this epoch.
func (r *run[T]) judgement(step int64) (Verdict, []training.Point) {
	r.average.show(step)
	v := r.judge.of(r.images.set.Train, r.images.chosen.Validation)
	if !r.best.any || v.Accuracy > r.best.accuracy {
		r.best = chosen{accuracy: v.Accuracy, test: r.judge.of(r.images.set.Test, r.tests).Accuracy, step: step, any: true}
	}
	return v, []training.Point{
		{Metric: "accuracy", Value: v.Accuracy},
		{Metric: "test_accuracy", Value: r.best.test},
		{Metric: "nll", Value: v.NLL},
		{Metric: "ece", Value: v.ECE},
	}
}
