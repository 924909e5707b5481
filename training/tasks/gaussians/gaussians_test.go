package gaussians_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/tasks/gaussians"
)

func mixture(t *testing.T, name string, sigma float64) gaussians.Mixture {
	t.Helper()
	m, err := gaussians.NewMixture(name, sigma)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheMixturesAreTheSources(t *testing.T) {
	root2 := math.Sqrt2
	for name, c := range map[string]struct {
		sigma   float64
		modes   int
		centres []gaussians.Point // the first ones
	}{
		"ring8": {0.04, 8, []gaussians.Point{{0, -2}, {root2, -root2}, {2, 0}, {root2, root2}, {0, 2}, {-root2, root2}, {-2, 0}, {-root2, -root2}}},
		"double10": {0.04, 10, []gaussians.Point{{0, -1}, {1.1756, -1.6180}, {0.9511, -0.3090}, {1.9021, 0.6180}, {0.5878, 0.8090},
			{0, 2}, {-0.5878, 0.8090}, {-1.9021, 0.6180}, {-0.9511, -0.3090}, {-1.1756, -1.6180}}},
		"grid25": {0.05, 25, []gaussians.Point{{-4, -4}, {-4, -2}, {-4, 0}, {-4, 2}, {-4, 4}, {-2, -4}}},
	} {
		m := mixture(t, name, 0)
		if m.Sigma != c.sigma || len(m.Centres) != c.modes {
			t.Errorf("%s has %d modes of width %v", name, len(m.Centres), m.Sigma)
		}
		for i, want := range c.centres {
			if got := m.Centres[i]; math.Hypot(got.X-want.X, got.Y-want.Y) > 1e-4 {
				t.Errorf("%s: mode %d is at %v, want %v", name, i, got, want)
			}
		}
		if mixture(t, name, 0.3).Sigma != 0.3 {
			t.Errorf("%s ignores sigma", name)
		}
	}
	if _, err := gaussians.NewMixture("ring9", 0); err == nil {
		t.Error("an unknown mixture was made")
	}
}

func draw(m gaussians.Mixture, n int) []float32 {
	out := make([]float32, 2*n)
	gaussians.Draw(kernels.NewReference[float32](), m, out, kernels.NewKey(1), kernels.Counter{Stream: kernels.StreamEvalReal})
	return out
}

// TestTrueDataScoresAtTheCeiling: within 3σ of a two-dimensional Gaussian lie
// 1 − e^(−4.5) = 98.89 % (experiments.md §7.1), and the plug-in bias of the
// divergence is (M−1)/2N.
func TestTrueDataScoresAtTheCeiling(t *testing.T) {
	for _, name := range []string{"ring8", "double10", "grid25"} {
		m := mixture(t, name, 0)
		s := m.Score(draw(m, gaussians.Drawn))
		if modes := len(m.Centres); s.ModesLoose != modes || s.ModesStrict != modes {
			t.Errorf("%s: %+v of %d modes", name, s, modes)
		}
		if math.Abs(s.HighQuality-0.98889) > 0.004 {
			t.Errorf("%s: high quality is %v", name, s.HighQuality)
		}
		if bias := float64(len(m.Centres)-1) / 2 / gaussians.Drawn; s.ReverseKL < 0 || s.ReverseKL > 4*bias {
			t.Errorf("%s: the divergence is %v, its bias %v", name, s.ReverseKL, bias)
		}
	}
}

// cloud puts n points at each given place, in turn.
func cloud(n int, places ...gaussians.Point) (out []float32) {
	for range n {
		for _, p := range places {
			out = append(out, float32(p.X), float32(p.Y))
		}
	}
	return out
}

func TestScoresCountWhatTheyDefine(t *testing.T) {
	ring := mixture(t, "ring8", 0)
	at := func(i int, dx float64) gaussians.Point {
		return gaussians.Point{X: ring.Centres[i].X + dx, Y: ring.Centres[i].Y}
	}
	// Ten places of 1,000 points: nine on mode 0, one far from mode 1 but nearest to it.
	lopsided := cloud(1000, at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(1, 0.2))
	few := func(n int) []float32 { // n points on mode 3 after 10,000−n on mode 0
		return append(cloud(10000-n, at(0, 0)), cloud(n, at(3, 0))...)
	}
	for name, c := range map[string]struct {
		points []float32
		want   gaussians.Scores
	}{
		"all modes":       {cloud(1250, ring.Centres...), gaussians.Scores{ModesLoose: 8, ModesStrict: 8, HighQuality: 1}},
		"one mode":        {cloud(10000, at(2, 0)), gaussians.Scores{ModesLoose: 1, ModesStrict: 1, HighQuality: 1, ReverseKL: math.Log(8)}},
		"inside 3 sigma":  {cloud(10000, at(2, 0.1199)), gaussians.Scores{ModesLoose: 1, ModesStrict: 1, HighQuality: 1, ReverseKL: math.Log(8)}},
		"outside 3 sigma": {cloud(10000, at(2, 0.1201)), gaussians.Scores{ReverseKL: math.Log(8)}},
		"a tenth astray":  {lopsided, gaussians.Scores{ModesLoose: 1, ModesStrict: 1, HighQuality: 0.9, ReverseKL: 0.9*math.Log(0.9*8) + 0.1*math.Log(0.1*8)}},
		"250 are a fifth of a fair share": {few(250), gaussians.Scores{ModesLoose: 1, ModesStrict: 2, HighQuality: 1,
			ReverseKL: 0.975*math.Log(0.975*8) + 0.025*math.Log(0.025*8)}},
		"249 are not": {few(249), gaussians.Scores{ModesLoose: 1, ModesStrict: 1, HighQuality: 1,
			ReverseKL: 0.9751*math.Log(0.9751*8) + 0.0249*math.Log(0.0249*8)}},
	} {
		t.Run(name, func(t *testing.T) {
			got := ring.Score(c.points)
			if math.Abs(got.ReverseKL-c.want.ReverseKL) > 1e-12 {
				t.Errorf("the divergence is %v, want %v", got.ReverseKL, c.want.ReverseKL)
			}
			if got.ReverseKL = c.want.ReverseKL; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func trial(t *testing.T, settings map[string]int64) training.Config {
	t.Helper()
	var p training.Params
	for name, v := range settings {
		p = p.With(name, training.IntValue(v))
	}
	cfg, err := training.NewConfig("gaussians", p, 1)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestSampleFilesComeAtEpochs0And1EveryFewAndLast(t *testing.T) {
	cfg := trial(t, map[string]int64{"steps": 27, "eval_every": 2, "samples_every": 5, "z_dim": 2, "g_width": 2})
	run, err := gaussians.Task{}.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]int64{}
	var evaluated []int64
	for step := int64(0); step <= 27; step++ {
		points, artifacts := run.Evaluate(step)
		if len(points) > 0 {
			evaluated = append(evaluated, step)
		}
		for _, a := range artifacts {
			got[a.Name] = append(got[a.Name], a.Step)
		}
	}
	want := `{"real":[0],"samples":[0,2,10,20,27]}`
	if b, _ := json.Marshal(got); string(b) != want {
		t.Errorf("artifacts came at %s, want %s", b, want)
	}
	if b, _ := json.Marshal(evaluated); string(b) != "[0,2,4,6,8,10,12,14,16,18,20,22,24,26,27]" {
		t.Errorf("evaluations came at %s", b)
	}
}

// TestNumpyLoadsASampleFile compares what numpy.load reads with the scores that
// were recorded for the same points.
func TestNumpyLoadsASampleFile(t *testing.T) {
	cfg := trial(t, map[string]int64{"z_dim": 2, "g_width": 2})
	run, err := gaussians.Task{}.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	points, artifacts := run.Evaluate(0)
	path := filepath.Join(t.TempDir(), "real.npy")
	if err := os.WriteFile(path, artifacts[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python(t), "testdata/quality.py", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct {
		Shape       []int
		DType       string
		HighQuality float64 `json:"high_quality"`
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	want := recorded(t, points, "real_high_quality")
	if got.DType != "<f4" || len(got.Shape) != 2 || got.Shape[0] != 10000 || got.Shape[1] != 2 || math.Abs(got.HighQuality-want) > 1e-9 {
		t.Errorf("numpy read %s, recorded was %v", out, want)
	}
}

func recorded(t *testing.T, points []training.Point, metric string) float64 {
	t.Helper()
	for _, p := range points {
		if p.Metric == metric {
			return p.Value
		}
	}
	t.Fatalf("%s was not recorded", metric)
	return 0
}

// python finds a Python that has numpy: the one on PATH, or the system's, for
// which package managers install it.
func python(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import numpy").Run() == nil {
			return p
		}
	}
	t.Fatal("no python3 with numpy (Debian: apt-get install python3-numpy)")
	return ""
}

func TestAnUnknownMixtureIsAConfigError(t *testing.T) {
	cfg := trial(t, nil)
	cfg.Params = cfg.Params.With("mixture", training.StringValue("ring9"))
	if _, err := (gaussians.Task{}).Open(cfg); !errors.Is(err, training.ErrConfig) {
		t.Errorf("got %v", err)
	}
}

// TestTheFirstLookAheadStepIsTheSameForEveryK: common random numbers. At step 1
// all arms have the same weights and see the same batches.
func TestTheFirstLookAheadStepIsTheSameForEveryK(t *testing.T) {
	var want []training.Point
	for k := range int64(4) {
		run, err := gaussians.Task{}.Open(trial(t, map[string]int64{"k": k, "batch": 8, "z_dim": 3}))
		if err != nil {
			t.Fatal(err)
		}
		points, _ := run.Step(t.Context(), 1)
		if want == nil {
			want = append(want, points...)
		}
		for i := range 3 { // d_loss, d_real, d_fake
			if points[i] != want[i] {
				t.Errorf("k = %d: %v, at k = 0 %v", k, points[i], want[i])
			}
		}
	}
}
