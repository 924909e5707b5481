package quality_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
	"sweep/training/tasks/mnist/quality"
)

const n = 300

// bench is a judge and the set that lookalike.Folder finds or draws, kept
// between the tests: the real set is large.
var bench struct {
	sync.Mutex
	quality.Judge
	set *data.Set
}

func digits(t testing.TB) *data.Set {
	t.Helper()
	bench.Lock()
	defer bench.Unlock()
	if bench.set == nil {
		s, err := data.Load(lookalike.Folder(t))
		if err != nil {
			t.Fatal(err)
		}
		bench.set = s
	}
	return bench.set
}

func scorer(t testing.TB, be kernels.Backend[float32]) *quality.Scorer {
	t.Helper()
	s, err := bench.Scorer(be, digits(t), n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ink is images of a part at some places.
func ink(p data.Part, at func(i int) int) []float32 {
	indices := make([]int32, n)
	for i := range indices {
		indices[i] = int32(at(i))
	}
	out := make([]float32, n*data.Pixels)
	p.Fill(out, data.Unit(), indices)
	return out
}

func spread(p data.Part) []float32 { return ink(p, func(i int) int { return i * p.Len() / n }) }

func value(t testing.TB, points []training.Point, metric string) float64 {
	t.Helper()
	i := slices.IndexFunc(points, func(p training.Point) bool { return p.Metric == metric })
	if i < 0 {
		t.Fatalf("there is no %s among %v", metric, points)
	}
	return points[i].Value
}

func TestTheCeilingIsTheScoreOfTrainingImages(t *testing.T) {
	s := scorer(t, cpu.New())
	ceiling, points := s.Ceiling(), s.Points(spread(digits(t).Train))
	if len(ceiling) != len(points) {
		t.Fatalf("%d and %d points", len(ceiling), len(points))
	}
	for i, p := range points {
		if want := (training.Point{Metric: "real_" + p.Metric, Value: p.Value}); ceiling[i] != want {
			t.Errorf("ceiling %v, want %v", ceiling[i], want)
		}
	}
	if value(t, points, "classes") != 10 || value(t, points, "coverage") < 0.5 || value(t, points, "recall") < 0.5 {
		t.Errorf("real images score %v", points)
	}
}

func TestEveryScoreIsDeclaredAndWithinItsBounds(t *testing.T) {
	s := scorer(t, cpu.New())
	counted := 0.0
	for _, p := range s.Points(spread(digits(t).Train)) {
		if strings.HasPrefix(p.Metric, "class_") && p.Metric != "class_kl" {
			counted += p.Value
			continue
		}
		i := slices.IndexFunc(training.QualityMetrics(), func(m training.Metric) bool { return m.Name == p.Metric })
		if i < 0 {
			t.Errorf("%s is not declared", p.Metric)
			continue
		}
		m := training.QualityMetrics()[i]
		worst, best := m.Worst(nil), m.Best(nil)
		if p.Value < min(worst, best) || p.Value > max(worst, best) {
			t.Errorf("%s is %v, outside %v to %v", p.Metric, p.Value, worst, best)
		}
	}
	if counted != n {
		t.Errorf("%v images were counted in the classes, want %d", counted, n)
	}
	for _, m := range training.QualityMetrics() {
		value(t, s.Ceiling(), "real_"+m.Name)
	}
}

// A generator that has collapsed, one that blurs and one that makes noise are
// told from the truth. Noise is not by its precision: it lies inside the large
// ball of an outlier among the real images (Naeem et al. 2020, §3).
func TestFailuresAreTold(t *testing.T) {
	s, train := scorer(t, cpu.New()), digits(t).Train
	truth := s.Points(spread(train))
	one := s.Points(ink(train, func(int) int { return 0 }))
	few := s.Points(ink(train, func(i int) int { return i % 4 }))
	weak := spread(train)
	for i := range weak {
		weak[i] *= 0.4
	}
	faint := s.Points(weak)
	noise := make([]float32, n*data.Pixels)
	kernels.NewReference[float32]().Normals(noise, kernels.NewKey(1), kernels.Counter{})
	for i, v := range noise {
		noise[i] = min(max(0.5+v, 0), 1)
	}
	rubbish := s.Points(noise)
	for _, c := range []struct {
		what   string
		points []training.Point
		metric string
		higher bool // than the truth's
	}{
		{"one image", one, "classes", false}, {"one image", one, "class_kl", true}, {"one image", one, "classifier_score", false},
		{"one image", one, "recall", false}, {"one image", one, "coverage", false}, {"one image", one, "fd_lenet", true}, {"one image", one, "kid", true},
		{"four images", few, "coverage", false}, {"four images", few, "recall", false}, {"four images", few, "fd_lenet", true},
		{"faint images", faint, "fd_lenet", true}, {"faint images", faint, "kid", true}, {"faint images", faint, "coverage", false},
		{"noise", rubbish, "coverage", false}, {"noise", rubbish, "fd_lenet", true}, {"noise", rubbish, "kid", true},
	} {
		got, want := value(t, c.points, c.metric), value(t, truth, c.metric)
		if got == want || got > want != c.higher {
			t.Errorf("%s: %s is %v, of the truth %v", c.what, c.metric, got, want)
		}
	}
	if got := value(t, one, "classes"); got != 1 {
		t.Errorf("one image has %v classes", got)
	}
}

func TestScoresAreTheSameWhoeverAsksAndWhenever(t *testing.T) {
	images := spread(digits(t).Train)
	images[1000] += 0.25
	want := scorer(t, cpu.New()).Points(images)
	var judge quality.Judge // both ask for the real images at once
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			s, err := judge.Scorer(cpu.New(), bench.set, n)
			if err != nil {
				t.Error(err)
				return
			}
			s.Points(spread(bench.set.Test))
			if got := s.Points(append(slices.Clone(images), 1, 2, 3)); !slices.Equal(got, want) {
				t.Errorf("got %v\nwant %v", got, want)
			}
		})
	}
	group.Wait()
}

func TestBackendsAgree(t *testing.T) {
	images := spread(digits(t).Train)
	images[1000] += 0.25
	a, b := scorer(t, cpu.New()).Points(images), scorer(t, kernels.NewReference[float32]()).Points(images)
	for i, p := range a {
		if math.Abs(p.Value-b[i].Value) > 0.01*math.Abs(p.Value)+0.01 {
			t.Errorf("%s is %v and %v", p.Metric, p.Value, b[i].Value)
		}
	}
}

func TestUnsuitableNumbersOfImagesAreRefused(t *testing.T) {
	for _, n := range []int{-1, 0, training.QualityMin - 1, training.QualityMax + 1} {
		if _, err := bench.Scorer(cpu.New(), digits(t), n); !errors.Is(err, training.ErrConfig) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

// An image that is no number leaves the others' counts, and ends.
func TestAnImageThatIsNoNumberEnds(t *testing.T) {
	images := spread(digits(t).Train)
	for i := range data.Pixels {
		images[i] = float32(math.NaN())
	}
	points := scorer(t, cpu.New()).Points(images)
	if c := value(t, points, "coverage"); !(c > 0.4) {
		t.Errorf("coverage %v", c)
	}
	if fd := value(t, points, "fd_lenet"); fd == fd {
		t.Errorf("the distance of no number is %v", fd)
	}
}

// One evaluation, of real images in generated ones' place.
func BenchmarkEvaluation(b *testing.B) {
	for name, samples := range map[string]int{"2000": 2000, "10000": training.QualityMax} {
		b.Run(name, func(b *testing.B) {
			s, err := bench.Scorer(cpu.New(), digits(b), samples)
			if err != nil {
				b.Fatal(err)
			}
			p := bench.set.Train
			indices := make([]int32, samples)
			for i := range indices {
				indices[i] = int32(i * p.Len() / samples)
			}
			images := make([]float32, samples*data.Pixels)
			p.Fill(images, data.Unit(), indices)
			s.Ceiling()
			for b.Loop() {
				s.Points(images)
			}
		})
	}
}
