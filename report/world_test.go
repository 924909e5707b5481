package report_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"sweep/report"
	"sweep/storage"
	"sweep/training"
)

// world is a small data set that answers the report's questions from memory.
type world struct {
	progress  storage.SweepProgress
	trials    []storage.Final               // metric left empty
	values    map[string]map[string]float64 // trial, metric: last value
	series    map[string][]storage.Series
	attempts  []storage.Attempt
	artifacts []storage.TrialArtifact
	objects   map[string][]byte
	getErr    error
}

func (w *world) SweepProgress(_ context.Context, name string) (storage.SweepProgress, error) {
	if name != w.progress.Name {
		return storage.SweepProgress{}, fmt.Errorf("sweep %s: %w", name, storage.ErrNotFound)
	}
	return w.progress, nil
}

func (w *world) Finals(_ context.Context, _, experiment, metric string) ([]storage.Final, error) {
	var out []storage.Final
	for _, f := range w.trials {
		if f.Experiment != experiment {
			continue
		}
		f.Metric = metric
		if v, ok := w.values[f.ID][metric]; ok {
			f.Value, f.ValueStep = &v, f.Step
		}
		out = append(out, f)
	}
	return out, nil
}

func (w *world) Attempts(context.Context, string) ([]storage.Attempt, error) { return w.attempts, nil }

func (w *world) Artifacts(_ context.Context, _, experiment, name string) ([]storage.TrialArtifact, error) {
	return slices.DeleteFunc(slices.Clone(w.artifacts), func(a storage.TrialArtifact) bool {
		return a.Experiment != experiment || a.Name != name
	}), nil
}

// Series is one curve as it was recorded.
func (w *world) Series(_ context.Context, id, metric string, _, _ int64, _ int) (storage.Series, error) {
	for _, s := range w.series[id] {
		if s.Metric == metric {
			return s, nil
		}
	}
	return storage.Series{TrialID: id, Metric: metric}, nil
}

func (w *world) Curves(_ context.Context, q storage.CurveQuery) (out []storage.Curve, err error) {
	for _, f := range w.trials {
		for _, s := range w.series[f.ID] {
			if f.Experiment == q.Experiment && s.Metric == q.Metric && slices.Contains(q.Cells, f.Cell) && len(out) < q.Trials {
				out = append(out, storage.Curve{Series: s, Cell: f.Cell, Seed: f.Seed})
			}
		}
	}
	return out, nil
}

func (w *world) Get(_ context.Context, key string, _ int64, _ string) ([]byte, error) {
	if w.getErr != nil {
		return nil, w.getErr
	}
	data, ok := w.objects[key]
	if !ok {
		return nil, fmt.Errorf("object %s: %w", key, storage.ErrNotFound)
	}
	return data, nil
}

var epoch = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// newWorld has one experiment over the given axes; add puts trials into it.
func newWorld(axes ...string) *world {
	e := storage.ExperimentProgress{Experiment: storage.Experiment{
		Sweep: "quick", Name: "ring", Task: "gaussians", Metric: "modes_strict", Goal: "maximize", Axes: axes}}
	return &world{
		progress: storage.SweepProgress{
			Sweep:       storage.Sweep{Name: "quick", File: "/home/me/sweeps/quick.yaml", Text: []byte("version: 1\nname: quick\nexperiments:\n  - {name: ring, task: gaussians}\n"), Revision: 1, State: storage.SweepRunning, Submitted: epoch},
			Experiments: []storage.ExperimentProgress{e}, At: epoch.Add(time.Hour)},
		values: map[string]map[string]float64{}, series: map[string][]storage.Series{}, objects: map[string][]byte{},
	}
}

// add enters a trial; value is its modes_strict, NaN for none. Axis values come
// as "k", 5, "z_dim", 256, …
func (w *world) add(seed int64, state storage.TrialState, value float64, axes ...any) *storage.Final {
	var given training.Params
	var names string
	cell := map[string]any{}
	for i := 0; i < len(axes); i += 2 {
		name := axes[i].(string)
		names += fmt.Sprintf(" %s=%v", name, axes[i+1])
		cell[name] = axes[i+1]
		p, _ := must(training.SchemaOf("gaussians")).Param(name)
		v, err := p.Parse(widen(axes[i+1]))
		if err != nil {
			panic(err)
		}
		given = given.With(name, v)
	}
	given = given.With("steps", training.IntValue(2000))
	c, err := training.NewConfig("gaussians", given, seed)
	if err != nil {
		panic(err)
	}
	values, _ := json.Marshal(cell)
	params, _ := c.Params.MarshalJSON()
	// Not the trial hash: golden files must not change with the engine's version.
	id := sha256.Sum256([]byte(fmt.Sprint(names, seed)))
	f := storage.Final{Trial: storage.Trial{ID: hex.EncodeToString(id[:]), Sweep: "quick", Index: len(w.trials), Experiment: "ring", Task: "gaussians",
		Cell: names[min(1, len(names)):], CellValues: values, Seed: seed, Params: params, State: state, Steps: 2000, Attempts: 1,
		Numerics: "cpu-go-amd64-fp32"}}
	if state.Settled() {
		f.Step = 2000
	}
	w.values[f.ID] = map[string]float64{}
	if !math.IsNaN(value) {
		w.values[f.ID]["modes_strict"] = value
	}
	w.trials = append(w.trials, f)
	e := &w.progress.Experiments[0]
	e.StepsDone, e.StepsTotal = e.StepsDone+f.Step, e.StepsTotal+f.Steps
	switch state {
	case storage.Finished:
		e.Finished++
	case storage.Diverged:
		e.Diverged++
	case storage.Failed:
		e.Failed++
	case storage.Running:
		e.Running++
	case storage.Pending:
		e.Pending++
	}
	return &w.trials[len(w.trials)-1]
}

func widen(v any) any {
	if i, ok := v.(int); ok {
		return int64(i)
	}
	return v
}

func must[T any](v T, ok bool) T {
	if !ok {
		panic("missing")
	}
	return v
}

// store puts points into the world as a trial's artifact.
func (w *world) store(f *storage.Final, name string, step int64, points []report.Point) {
	key := fmt.Sprintf("trials/%s/1/%s-%d.npy", f.ID, name, step)
	w.objects[key] = npy(points)
	w.artifacts = append(w.artifacts, storage.TrialArtifact{TrialID: f.ID, Experiment: f.Experiment, Cell: f.Cell, CellValues: f.CellValues, Seed: f.Seed,
		Artifact: storage.Artifact{Name: name, Step: step, Key: key, MediaType: "application/x-npy", Size: int64(len(w.objects[key]))}})
}

// npy writes what numpy.save writes for an N×2 float32 array.
func npy(points []report.Point) []byte {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 2), }", len(points))
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	b := bytes.NewBufferString("\x93NUMPY\x01\x00")
	_ = binary.Write(b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	_ = binary.Write(b, binary.LittleEndian, points)
	return b.Bytes()
}

// ring draws points around the first modes of the source's ring.
func ring(seed uint64, n, modes int, sd float64) []report.Point {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]report.Point, n)
	for i := range out {
		a := 2*math.Pi*float64(rng.IntN(modes))/8 - math.Pi/2
		out[i] = report.Point{X: float32(2*math.Cos(a) + sd*rng.NormFloat64()), Y: float32(2*math.Sin(a) + sd*rng.NormFloat64())}
	}
	return out
}

// fullWorld is a sweep with a little of everything.
func fullWorld() *world {
	w := newWorld("k", "z_dim")
	for _, z := range []int{16, 256} {
		for _, k := range []int{1, 5} {
			for seed := int64(1); seed <= 3; seed++ {
				w.fill(w.add(seed, storage.Finished, float64(k+z/128-int(seed)%2), "k", k, "z_dim", z), k)
			}
		}
	}
	last := &w.trials[len(w.trials)-1]
	last.State, last.Step, last.Reason = storage.Diverged, 700, "g_loss is NaN at step 700"
	w.progress.Experiments[0].Finished--
	w.progress.Experiments[0].Diverged++
	w.trials[4].State, w.trials[4].Step = storage.Running, 900
	w.trials[4].Nondeterministic = true
	w.progress.Experiments[0].Finished--
	w.progress.Experiments[0].Running++
	w.progress.RolledBack, w.progress.Nondeterministic = 1600, 1
	end := epoch.Add(90 * time.Second)
	program := storage.Program{Machine: "linux/amd64 Some CPU", Version: "v1.2.2", Commit: "0123456789abcdef0123456789abcdef01234567"}
	for _, f := range w.trials {
		cpu := 45.5
		w.attempts = append(w.attempts, storage.Attempt{TrialID: f.ID, Fence: 1, Worker: "host/41", Started: epoch, Ended: &end, LastSeen: end, LastStep: f.Step, Outcome: string(f.State),
			Numerics: f.Numerics, Program: program, Engine: 7, CPUSeconds: &cpu})
	}
	w.attempts[4].Outcome, w.attempts[4].LastStep = "lost", 400
	w.attempts = append(w.attempts, storage.Attempt{TrialID: w.trials[4].ID, Fence: 2, Worker: "host/57", Started: end, LastSeen: end.Add(time.Minute), FromStep: 400, LastStep: 900, RolledBack: 1600})
	return w
}

// fill gives a trial its scores, curves and samples.
func (w *world) fill(f *storage.Final, k int) {
	v := w.values[f.ID]
	v["modes_loose"], v["high_quality"], v["reverse_kl"] = v["modes_strict"]+1, 0.5+float64(k)/20, 0.1*float64(f.Seed)
	v["real_modes_strict"], v["real_modes_loose"], v["real_high_quality"], v["real_reverse_kl"] = 8, 8, 0.9889, 0.0003
	for _, m := range []string{"modes_strict", "high_quality"} {
		s := storage.Series{TrialID: f.ID, Metric: m}
		for i := range 5 {
			s.Steps = append(s.Steps, int64(i*500))
			s.Values = append(s.Values, v[m]*float64(i)/4)
		}
		w.series[f.ID] = append(w.series[f.ID], s)
	}
	for i, e := range []int64{0, 1, 4} {
		w.store(f, "samples", e*500, ring(uint64(f.Seed), 500, k+2, 0.4/float64(i+1)))
	}
	w.store(f, "real", 0, ring(9, 2000, 8, 0.04))
}
