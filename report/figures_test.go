package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/report"
	"sweep/storage"
	"sweep/sweeps"
)

// worldOf plans a sweep file as submit does; keep says which trials there are.
func worldOf(t *testing.T, text []byte, keep func(sweeps.Trial) bool, only ...string) *world {
	t.Helper()
	spec, err := sweeps.Parse("sweep.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld()
	w.progress.Text, w.progress.Experiments = text, nil
	for trial, err := range spec.Expand(only...) {
		if err != nil {
			t.Fatal(err)
		}
		if !keep(trial) {
			continue
		}
		if n := len(w.progress.Experiments); n == 0 || w.progress.Experiments[n-1].Name != trial.Experiment {
			w.experiment(spec, trial.Experiment)
		}
		values, params := cellJSON(trial)
		w.trials = append(w.trials, storage.Final{Trial: storage.Trial{ID: trial.Config.Hash(), Index: len(w.trials), Experiment: trial.Experiment, Task: trial.Config.Task,
			Cell: trial.Cell.String(), CellValues: values, Seed: trial.Config.Seed, Params: params, State: storage.Finished,
			Step: trial.Config.Params.Int("steps"), Steps: trial.Config.Params.Int("steps"), Attempts: 1}})
		w.values[trial.Config.Hash()] = map[string]float64{}
	}
	return w
}

// experiment enters an experiment as planning does.
func (w *world) experiment(spec *sweeps.Spec, name string) {
	for _, e := range spec.Experiments {
		if e.Name != name {
			continue
		}
		p := storage.ExperimentProgress{Experiment: storage.Experiment{Sweep: "quick", Name: name, Task: e.Task, Metric: e.Metric.Name, Goal: string(e.Metric.Goal)}}
		for _, a := range e.Axes {
			p.Axes = append(p.Axes, a.Name)
		}
		w.progress.Experiments = append(w.progress.Experiments, p)
	}
}

func cellJSON(trial sweeps.Trial) (values, params json.RawMessage) {
	values, err := trial.Cell.Params().MarshalJSON()
	if err != nil {
		panic(err)
	}
	if params, err = trial.Config.Params.MarshalJSON(); err != nil {
		panic(err)
	}
	return values, params
}

// The source shows four strips: ring and double, z of 256 and 16; in each K = 1
// and K = 5, density above scatter, seven epochs (experiments.md §1.1).
func TestTheSourcesFourStripsComeFromTheSweepFileAlone(t *testing.T) {
	text, err := os.ReadFile("../sweeps/paper.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := worldOf(t, text, func(trial sweeps.Trial) bool { return trial.Config.Seed == 20170129 }, "ring", "double")
	for i := range w.trials {
		f := &w.trials[i]
		for step := int64(0); step <= f.Steps; step += 500 {
			if epoch := step / 500; epoch <= 1 || epoch%5 == 0 { // as the task stores them
				w.store(f, "samples", step, ring(uint64(step), 30, 8, 0.1))
			}
		}
		w.store(f, "real", 0, ring(9, 30, 8, 0.04))
	}
	d := build(t, w)
	for _, name := range []string{"strip-ring-z_dim-16", "strip-ring-z_dim-256", "strip-double-z_dim-16", "strip-double-z_dim-256"} {
		f := named(t, d, name+".png")
		if want := "k=1, k=5 at epoch 0, epoch 1, epoch 5, epoch 10, epoch 20, epoch 50, epoch 100, beside true data"; !strings.Contains(f.Alt, want) {
			t.Errorf("%s shows %q, want %q", name, f.Alt, want)
		}
		img, err := png.Decode(bytes.NewReader(f.Data))
		if err != nil {
			t.Fatal(err)
		}
		// Seven panels of 180 and one of true data wide, four panels high.
		if b := img.Bounds(); b.Dx() < 8*180 || b.Dy() < 4*180 || b.Dy() > 5*180 {
			t.Errorf("%s is %v", name, b)
		}
	}
}

// accuracy is a made-up semi-supervised experiment: accuracy by epoch for K = 1
// and K = 5 with 10 and 20 labels.
func accuracy() *world {
	w := newWorld("k", "labels")
	e := &w.progress.Experiments[0]
	e.Name, e.Task, e.Metric, e.Goal = "ssl", "mnist-ssl", "accuracy", "maximize"
	rng := rand.New(rand.NewPCG(1, 2))
	for _, k := range []int{1, 5} {
		for _, labels := range []int{10, 20} {
			for seed := int64(1); seed <= 4; seed++ {
				f := w.add(seed, storage.Finished, math.NaN(), "k", k)
				f.Experiment, f.Task, f.Cell = "ssl", "mnist-ssl", fmt.Sprintf("k=%d labels=%d", k, labels)
				f.ID = fmt.Sprintf("%d-%d-%d", k, labels, seed)
				f.CellValues = json.RawMessage(fmt.Sprintf(`{"k":%d,"labels":%d}`, k, labels))
				f.Params = json.RawMessage(fmt.Sprintf(`{"k":%d,"labels":%d,"epochs":10,"eval_every":500}`, k, labels))
				top := 0.5 + float64(labels)/100 - float64(k)/100 + 0.05*rng.Float64()
				s := storage.Series{TrialID: f.ID, Metric: "accuracy"}
				for epoch := range 11 {
					s.Steps = append(s.Steps, int64(epoch*500))
					s.Values = append(s.Values, top*(1-math.Exp(-float64(epoch)/3))+0.1)
				}
				w.values[f.ID] = map[string]float64{"accuracy": s.Values[10]}
				w.series[f.ID] = []storage.Series{s}
			}
		}
	}
	return w
}

func TestAccuracyIsDrawnForEachNumberOfLabels(t *testing.T) {
	d := build(t, accuracy())
	f := named(t, d, "curves-ssl-accuracy.svg")
	golden(t, f.Name, f.Data)
	if len(f.Panels) != 2 || !strings.Contains(string(f.Panels[0]), "labels=10") || !strings.Contains(string(f.Panels[1]), "labels=20") {
		t.Fatalf("%d panels, want one for each number of labels", len(f.Panels))
	}
	for i, p := range f.Panels {
		for _, want := range []struct {
			element string
			n       int
		}{{`class="thin`, 8}, {`class="thick`, 2}, {`class="band`, 2}} {
			if n := strings.Count(string(p), want.element); n != want.n {
				t.Errorf("panel %d has %d of %s, want %d", i, n, want.element, want.n)
			}
		}
	}
}

func TestADivergedRunCountsAsTheWorstFromWhereItStopped(t *testing.T) {
	w := newWorld("k")
	for seed := int64(1); seed <= 3; seed++ {
		f := w.add(seed, storage.Finished, 8, "k", 1)
		s := storage.Series{TrialID: f.ID, Metric: "modes_strict", Steps: []int64{0, 500, 1000, 1500, 2000}, Values: []float64{8, 8, 8, 8, 8}}
		if seed == 3 {
			f.State, f.Step, s.Steps, s.Values = storage.Diverged, 700, s.Steps[:2], s.Values[:2]
		}
		w.series[f.ID] = []storage.Series{s}
	}
	d := build(t, w)
	curves, covered := named(t, d, "curves-ring-modes_strict.svg"), named(t, d, "coverage-ring-modes_strict.svg")
	if !strings.Contains(curves.Caption, "A diverged run counts in the mean as the worst value, 0") {
		t.Errorf("caption %q", curves.Caption)
	}
	// All three at 8 up to step 500, a mean of 16/3 afterwards; the share of seeds
	// goes from 1 to 2/3. Both lines end where the others do.
	if n := strings.Count(string(covered.Panels[0]), `class="thick`); n != 1 {
		t.Errorf("%d lines of coverage", n)
	}
	line := between(string(curves.Panels[0]), `class="thick c0 d0" points="`, `"`)
	if fields := strings.Fields(line); len(fields) != 5 || heightOf(t, fields[1]) == heightOf(t, fields[2]) || heightOf(t, fields[2]) != heightOf(t, fields[4]) {
		t.Errorf("the mean goes %s: it should fall at step 1000 and stay", line)
	}
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func heightOf(t *testing.T, point string) string {
	t.Helper()
	_, y, ok := strings.Cut(point, ",")
	if !ok {
		t.Fatalf("no point: %q", point)
	}
	return y
}

// images writes what numpy.save writes for an array of bytes: noise.
func images(seed uint64, shape ...int) []byte {
	total, text := 1, ""
	for _, n := range shape {
		total *= n
		text += fmt.Sprintf("%d, ", n)
	}
	data := make([]byte, total)
	rng := rand.New(rand.NewPCG(seed, 3))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return array("|u1", "("+text+")", data)
}

// array writes a .npy file.
func array(kind, shape string, body []byte) []byte {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, shape)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	return append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(header)), byte(len(header) >> 8)})+header), body...)
}

// keep puts a file into the world as a trial's artifact.
func (w *world) keep(f *storage.Final, name string, step int64, data []byte) {
	key := fmt.Sprintf("trials/%s/1/%s-%d.npy", f.ID, name, step)
	w.objects[key] = data
	w.artifacts = append(w.artifacts, storage.TrialArtifact{TrialID: f.ID, Experiment: f.Experiment, Cell: f.Cell, CellValues: f.CellValues, Seed: f.Seed,
		Artifact: storage.Artifact{Name: name, Step: step, Key: key, MediaType: "application/x-npy", Size: int64(len(data))}})
}

func TestPicturesAreShownAsGridsAndWalks(t *testing.T) {
	w := newWorld("k")
	for _, k := range []int{1, 5} {
		f := w.add(1, storage.Finished, float64(k), "k", k)
		w.keep(f, "samples", 500, images(1, 120, 28, 28))
		w.keep(f, "samples", 2000, images(2, 120, 28, 28))
		if k == 5 {
			w.keep(f, "interpolations", 2000, images(3, 20, 9, 28, 28))
		}
	}
	d := build(t, w)
	grid, walks := named(t, d, "grid-ring.png"), named(t, d, "walks-ring.png")
	if want := "ring, seed 1: the first generated samples. k=1, step 2000: 10×10 tiles; k=5, step 2000: 10×10 tiles."; grid.Alt != want {
		t.Errorf("alt text %q, want %q", grid.Alt, want)
	}
	if want := "ring, seed 1: walks between codes. k=1: no samples here; k=5, step 2000: 20×9 tiles."; walks.Alt != want {
		t.Errorf("alt text %q, want %q", walks.Alt, want)
	}
	if want := "ring, seed 1: the first generated samples over training. k=1, steps 500 to 2000: 2×10 tiles; k=5, steps 500 to 2000: 2×10 tiles."; named(t, d, "history-ring.png").Alt != want {
		t.Errorf("alt text %q, want %q", named(t, d, "history-ring.png").Alt, want)
	}
	for _, f := range d.Figures {
		if strings.HasPrefix(f.Name, "strip") {
			t.Errorf("%s of pictures", f.Name)
		}
	}
}

func TestAHistoryShowsTheFirstSamplesOfSixStepsAtMost(t *testing.T) {
	w := newWorld("k")
	f := w.add(1, storage.Finished, 1, "k", 1)
	for step := int64(100); step <= 2000; step += 100 {
		w.keep(f, "samples", step, images(uint64(step), 7, 8, 8, 3))
	}
	w.keep(f, "samples", 2100, []byte("not an array"))
	d := build(t, w)
	if want := "ring, seed 1: the first generated samples over training. k=1, steps 100 to 2100: 5×7 tiles."; named(t, d, "history-ring.png").Alt != want {
		t.Errorf("alt text %q, want %q", named(t, d, "history-ring.png").Alt, want)
	}
	if !strings.Contains(string(d.HTML), "step 2100, samples") {
		t.Error("the page does not say what it could not read")
	}
}

func TestAPageStaysBelowTenMegabytes(t *testing.T) {
	w := newWorld("k", "z_dim")
	for z := 1; z <= 10; z++ {
		for _, k := range []int{1, 5} {
			f := w.add(1, storage.Finished, 3, "k", k, "z_dim", z)
			w.keep(f, "samples", 2000, images(uint64(z), 100, 64, 64, 3)) // 1.2 MB each, noise does not compress
		}
	}
	w.progress.Text = bytes.Repeat([]byte("# a long file\n"), 100_000)
	d := build(t, w)
	total := 0
	for _, f := range d.Figures {
		total += len(f.Data)
	}
	if len(d.HTML) > 10_000_000 || total < 10_000_000 {
		t.Errorf("a page of %d bytes with %d bytes of figures", len(d.HTML), total)
	}
	omitted := 0
	for _, f := range d.Figures {
		if f.Omitted {
			omitted++
			if !strings.Contains(string(d.HTML), "<code>"+f.Name+"</code>") {
				t.Errorf("%s is left out without a word", f.Name)
			}
		}
	}
	if omitted == 0 || omitted == len(d.Figures) {
		t.Errorf("%d of %d figures are left out", omitted, len(d.Figures))
	}
}

func TestFiguresOfOneNameAreToldApart(t *testing.T) {
	w := newWorld("k")
	for i, name := range []string{"a b", "a/b"} {
		for _, k := range []int{1, 5} {
			f := w.add(1, storage.Finished, 3, "k", k)
			f.Experiment, f.ID = name, fmt.Sprint(name, k)
			w.values[f.ID] = map[string]float64{"modes_strict": 3}
		}
		e := w.progress.Experiments[0]
		e.Name = name
		if i == 0 {
			w.progress.Experiments[0] = e
		} else {
			w.progress.Experiments = append(w.progress.Experiments, e)
		}
	}
	seen := map[string]bool{}
	for _, f := range build(t, w).Figures {
		if seen[f.Name] || f.Name != filepath.Base(f.Name) {
			t.Errorf("figure %s twice, or no file name", f.Name)
		}
		seen[f.Name] = true
	}
	if len(seen) < 4 {
		t.Errorf("%d figures", len(seen))
	}
}

func TestOnlyNarrowsThePage(t *testing.T) {
	d, err := report.Build(context.Background(), fullWorld(), fullWorld(), "quick", report.Meta{Only: report.Options{Experiment: "ring", Metric: "reverse_kl"}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(d.HTML), ", judged by reverse_kl (lower is better") || strings.Contains(string(d.HTML), "judged by modes_strict") {
		t.Error("the page does not judge by the metric that was asked for")
	}
	for _, o := range []report.Options{{Experiment: "rong"}, {Metric: "modes"}} {
		_, err := report.Build(context.Background(), fullWorld(), fullWorld(), "quick", report.Meta{Only: o})
		if err == nil || !strings.Contains(err.Error(), "it has") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// answer is the box at the top of a page.
func answer(d report.Document) []byte {
	return []byte(between(string(d.HTML), `<section class="answer" aria-label="Answer">`, "</section>"))
}

func TestTheAnswerIsTheGoldenOne(t *testing.T) {
	golden(t, "answer-planned.html", answer(build(t, tenSeeds())))
	w := tenSeeds()
	w.progress.Text = []byte("version: 1\nname: quick\n")
	w.progress.Experiments[0].Goal = "minimize"
	golden(t, "answer-exploratory.html", answer(build(t, w)))
}

func TestAnExploratoryAnswerNamesTheSurestFirst(t *testing.T) {
	w := newWorld("k", "z_dim")
	for z := 1; z <= 10; z++ {
		for _, k := range []int{1, 5} {
			for seed := int64(1); seed <= 10; seed++ {
				v := float64(seed % 3)
				if z == 9 && k == 5 {
					v += 5
				}
				w.add(seed, storage.Finished, v, "k", k, "z_dim", z)
			}
		}
	}
	first := between(string(answer(build(t, w))), "<li><strong>", "</strong>")
	if first != "k=5 is better than k=1 at z_dim=9." {
		t.Errorf("the answer begins with %q", first)
	}
}
