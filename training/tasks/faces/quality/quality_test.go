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
	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
	"sweep/training/tasks/faces/quality"
)

const (
	n    = 200
	side = 32
)

// bench is a judge and sets, kept between the tests.
var bench struct {
	sync.Mutex
	quality.Judge
	sets map[string]*data.Set
}

func set(t testing.TB, variant string) *data.Set {
	t.Helper()
	bench.Lock()
	defer bench.Unlock()
	if bench.sets == nil {
		bench.sets = map[string]*data.Set{}
	}
	if bench.sets[variant] == nil {
		f, err := pfaces.New(variant, side, 1)
		if err != nil {
			t.Fatal(err)
		}
		bench.sets[variant] = f.Set()
	}
	return bench.sets[variant]
}

func scorer(t testing.TB, be kernels.Backend[float32], variant string) *quality.Scorer {
	t.Helper()
	s, err := bench.Scorer(be, set(t, variant), n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pictures are training pictures of a set at some places.
func pictures(s *data.Set, at func(i int) int) []float32 {
	indices := make([]int32, n)
	for i := range indices {
		indices[i] = int32(at(i))
	}
	out := make([]float32, n*s.Width())
	data.Fill(out, s.Train, indices)
	return out
}

func spread(s *data.Set) []float32 {
	return pictures(s, func(i int) int { return i * s.Train.Len() / n })
}

func value(t testing.TB, points []training.Point, metric string) float64 {
	t.Helper()
	i := slices.IndexFunc(points, func(p training.Point) bool { return p.Metric == metric })
	if i < 0 {
		t.Fatalf("there is no %s among %v", metric, points)
	}
	return points[i].Value
}

func TestTheCeilingIsTheScoreOfTrainingPictures(t *testing.T) {
	for _, variant := range []string{"full", "modes64"} {
		s := scorer(t, cpu.New(), variant)
		ceiling, points := s.Ceiling(), s.Points(spread(set(t, variant)))
		if len(ceiling) != len(points) {
			t.Fatalf("%d and %d points", len(ceiling), len(points))
		}
		for i, p := range points {
			if want := (training.Point{Metric: "real_" + p.Metric, Value: p.Value}); ceiling[i] != want {
				t.Errorf("ceiling %v, want %v", ceiling[i], want)
			}
		}
		if value(t, points, "coverage") < 0.8 || value(t, points, "recall") < 0.5 || value(t, points, "render_mse") > 0.03 {
			t.Errorf("real pictures of %s score %v", variant, points)
		}
	}
	if modes := value(t, scorer(t, cpu.New(), "modes64").Ceiling(), "real_modes"); modes < 54 { // 200 of 64: all but three modes are expected
		t.Errorf("%v of 64 modes are seen in real pictures", modes)
	}
}

func TestEveryScoreIsDeclaredAndWithinItsBounds(t *testing.T) {
	s, full := scorer(t, cpu.New(), "full"), set(t, "full")
	points := append(s.Points(spread(full)), s.Paths(draws, faceCodes, 5)...)
	for _, m := range training.FacesQualityMetrics() {
		v := value(t, points, m.Name)
		worst, best := m.Worst(nil), m.Best(nil)
		if v < min(worst, best) || v > max(worst, best) {
			t.Errorf("%s is %v, outside %v to %v", m.Name, v, worst, best)
		}
	}
	if len(points) != len(training.FacesQualityMetrics()) {
		t.Errorf("%d scores, %d are declared", len(points), len(training.FacesQualityMetrics()))
	}
}

// A generator that has collapsed, one that shows few faces, one that is faint
// and one that makes noise are told from the truth.
func TestFailuresAreTold(t *testing.T) {
	full := set(t, "full")
	s := scorer(t, cpu.New(), "full")
	truth := s.Points(spread(full))
	one := s.Points(pictures(full, func(int) int { return 0 }))
	few := s.Points(pictures(full, func(i int) int { return i % 4 }))
	weak := spread(full)
	for i := range weak {
		weak[i] *= 0.4
	}
	faint := s.Points(weak)
	rubbish := make([]float32, n*full.Width())
	kernels.NewReference[float32]().Normals(rubbish, kernels.NewKey(1), kernels.Counter{})
	noise := s.Points(rubbish)
	for _, c := range []struct {
		what   string
		points []training.Point
		higher string // metrics that are higher than the truth's
		lower  string
	}{
		{"one picture", one, "fd_reader kid mode_kl attributes_tv pairs_tv", "recall coverage modes"},
		{"four pictures", few, "fd_reader mode_kl attributes_tv pairs_tv", "recall coverage modes"},
		{"faint pictures", faint, "fd_reader kid render_mse attributes_tv", "coverage"},
		{"noise", noise, "fd_reader kid render_mse attributes_tv", "coverage"},
	} {
		for _, m := range strings.Fields(c.higher) {
			if got, want := value(t, c.points, m), value(t, truth, m); !(got > want) {
				t.Errorf("%s: %s is %v, of the truth %v", c.what, m, got, want)
			}
		}
		for _, m := range strings.Fields(c.lower) {
			if got, want := value(t, c.points, m), value(t, truth, m); !(got < want) {
				t.Errorf("%s: %s is %v, of the truth %v", c.what, m, got, want)
			}
		}
	}
	if got := value(t, one, "modes"); got != 1 {
		t.Errorf("one picture has %v modes", got)
	}
}

func TestScoresAreTheSameWhoeverAsksAndWhenever(t *testing.T) {
	s := set(t, "full")
	images := spread(s)
	images[1000] += 0.25
	want := scorer(t, cpu.New(), "full").Points(images)
	var judge quality.Judge // both ask for the real pictures at once
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			scorer, err := judge.Scorer(cpu.New(), s, n)
			if err != nil {
				t.Error(err)
				return
			}
			scorer.Points(pictures(s, func(i int) int { return 3 * i }))
			if got := scorer.Points(append(slices.Clone(images), 1, 2, 3)); !slices.Equal(got, want) {
				t.Errorf("got %v\nwant %v", got, want)
			}
		})
	}
	group.Wait()
}

func TestImportedFacesAreScoredByFeaturesAlone(t *testing.T) {
	full := set(t, "full")
	s, err := bench.Scorer(cpu.New(), &data.Set{Name: "faces", Size: side, Train: full.Train, Test: full.Test, Digest: "imported"}, n)
	if err != nil {
		t.Fatal(err)
	}
	drawn := scorer(t, cpu.New(), "full").Points(spread(full))
	if got := s.Points(spread(full)); len(got) != 7 || !slices.Equal(got, drawn[:7]) {
		t.Errorf("got %v", got)
	}
	if got := s.Paths(draws, faceCodes, 3); got != nil {
		t.Errorf("paths %v", got)
	}
}

func TestUnsuitableNumbersOfPicturesAreRefused(t *testing.T) {
	for _, n := range []int{-1, 0, training.QualityMin - 1, training.QualityMax + 1} {
		if _, err := bench.Scorer(cpu.New(), set(t, "full"), n); !errors.Is(err, training.ErrConfig) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

// A picture that is no number leaves the others' counts, and ends.
func TestAPictureThatIsNoNumberEnds(t *testing.T) {
	images := spread(set(t, "full"))
	for i := range 3 * side * side {
		images[i] = float32(math.NaN())
	}
	if c := value(t, scorer(t, cpu.New(), "full").Points(images), "coverage"); !(c > 0.5) {
		t.Errorf("coverage %v", c)
	}
}
