package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"sweep/training"
	"sweep/training/checkpoint"
	"sweep/training/kernels/cpu"
)

func TestEverythingOfAStepComesBeforeItsCheckpoint(t *testing.T) {
	r, result := train(t, training.Job{Config: small(t, 1), Every: training.Cadence{Steps: 4}})
	want := []string{"record 0", "artifact 0 real", "artifact 0 samples", "record 1", "record 2", "record 3", "record 4",
		"artifact 4 samples", "checkpoint 4", "record 5", "record 6", "record 7", "record 8", "artifact 8 samples",
		"checkpoint 8", "record 9", "artifact 9 samples", "checkpoint 9"}
	if !slices.Equal(r.order, want) {
		t.Errorf("calls were\n%s", strings.Join(r.order, "\n"))
	}
	if result.Outcome != training.Finished || result.Step != 9 || result.Reason != "" {
		t.Errorf("the result is %+v", result)
	}
}

func TestEveryMetricOfTheSchemaIsRecordedWhenItIsDue(t *testing.T) {
	r, result := train(t, training.Job{Config: small(t, 1)})
	schema, _ := training.SchemaOf("gaussians")
	for _, m := range schema.Metrics {
		want := []int64{0, 4, 8, 9}
		switch {
		case strings.HasPrefix(m.Name, "real_"):
			want = []int64{0}
		case !m.Score:
			want = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}
		}
		var got []int64
		for step := range r.points[m.Name] {
			got = append(got, step)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s was recorded at %v, want %v", m.Name, got, want)
		}
		i := slices.IndexFunc(result.Last, func(p training.Point) bool { return p.Metric == m.Name })
		if i < 0 || math.Float64bits(result.Last[i].Value) != r.points[m.Name][want[len(want)-1]] {
			t.Errorf("%s: the last value in the result is wrong", m.Name)
		}
	}
	if len(r.points) != len(schema.Metrics) || len(result.Last) != len(schema.Metrics) {
		t.Errorf("%d metrics were recorded, the schema has %d", len(r.points), len(schema.Metrics))
	}
}

func TestADivergedTrialIsAResultAndStaysOne(t *testing.T) {
	r, result := train(t, training.Job{Config: config(t, "noop", 1, "steps", 10, "diverge_at", 4)})
	want := training.Result{Outcome: training.Diverged, Step: 4, Reason: "value is NaN at step 4",
		Last: []training.Point{{Metric: "value", Value: math.NaN()}}}
	check := func(got training.Result) {
		t.Helper()
		if got.Outcome != want.Outcome || got.Step != want.Step || got.Reason != want.Reason || !sameLast(got.Last, want.Last) {
			t.Errorf("the result is %+v, want %+v", got, want)
		}
	}
	check(result)
	if !slices.Equal(r.order, []string{"record 1", "record 2", "record 3", "record 4", "checkpoint 4"}) {
		t.Errorf("calls were %v", r.order)
	}
	again, result := train(t, training.Job{Config: config(t, "noop", 1, "steps", 10, "diverge_at", 4), Resume: r.final().Data})
	check(result)
	if len(again.order) != 0 {
		t.Errorf("resuming a diverged trial recorded %v", again.order)
	}
}

// TestALossThatOverflowsDiverges resumes a real trial from a checkpoint with two
// huge biases, which the next step cannot survive.
func TestALossThatOverflowsDiverges(t *testing.T) {
	cfg := small(t, 1, "k", 2)
	r, _ := train(t, training.Job{Config: cfg, Every: training.Cadence{Steps: 3}})
	m, state, err := checkpoint.Decode(r.checkpoints[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	for i, tensor := range state.Tensors {
		if tensor.Name == "generator.2.bias" || tensor.Name == "discriminator.1.bias" {
			n := len(tensor.Data) / 4
			huge := slices.Repeat([]float32{math.MaxFloat32}, n)
			state.Tensors[i] = checkpoint.FromFloats(tensor.Name, 1, n, huge)
		}
	}
	data, err := checkpoint.Encode(m, state)
	if err != nil {
		t.Fatal(err)
	}
	again, result := train(t, training.Job{Config: cfg, Resume: data})
	if result.Outcome != training.Diverged || result.Step != 4 || !strings.Contains(result.Reason, "at step 4") {
		t.Errorf("the result is %+v", result)
	}
	if !slices.Equal(again.order, []string{"record 4", "checkpoint 4"}) {
		t.Errorf("calls were %v", again.order)
	}
}

func TestAFinishedTrialResumesToItsResult(t *testing.T) {
	r, want := train(t, training.Job{Config: small(t, 1)})
	again, got := train(t, training.Job{Config: small(t, 1), Resume: r.final().Data})
	if got.Outcome != training.Finished || got.Step != 9 || !sameLast(got.Last, want.Last) || len(again.order) != 0 {
		t.Errorf("the result is %+v after %v", got, again.order)
	}
}

func TestTimeLimitedStretchesEachMakeOneStepAtLeast(t *testing.T) {
	cfg := small(t, 2)
	want, _ := train(t, training.Job{Config: cfg})
	got, stretches := newTape(), 0
	var resume []byte
	for {
		result, err := newEngine().Train(t.Context(), training.Job{Config: cfg, Resume: resume, MaxTime: time.Nanosecond}, got)
		if err != nil {
			t.Fatal(err)
		}
		stretches++
		if resume = got.final().Data; result.Outcome == training.Finished {
			break
		}
		if result.Outcome != training.Preempted || result.Step != int64(stretches) {
			t.Fatalf("stretch %d gave %+v", stretches, result)
		}
	}
	if stretches != 9 {
		t.Errorf("%d stretches of 9 steps", stretches)
	}
	sameTrial(t, got, want)
}

func TestACancelledContextStillLeavesACheckpoint(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := newTape()
	result, err := newEngine().Train(ctx, training.Job{Config: small(t, 1)}, r)
	if err != nil || result.Outcome != training.Preempted || result.Step != 0 || r.final().Step != 0 {
		t.Errorf("got %+v, %v", result, err)
	}
	again := newTape()
	result, err = newEngine().Train(ctx, training.Job{Config: small(t, 1), Resume: r.final().Data}, again)
	if err != nil || result.Outcome != training.Preempted || result.Step != 0 || len(again.order) != 0 {
		t.Errorf("resumed under a cancelled context: %+v, %v, %v", result, err, again.order)
	}
}

func TestAPauseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	began := time.Now()
	result, err := newEngine().Train(ctx, training.Job{Config: config(t, "noop", 1, "steps", 10, "delay_ms", 60000)}, newTape())
	if err != nil || result.Outcome != training.Preempted || result.Step != 1 || time.Since(began) > 30*time.Second {
		t.Errorf("got %+v, %v after %v", result, err, time.Since(began))
	}
}

func TestARecordersErrorStopsTheTrial(t *testing.T) {
	for _, at := range []string{"record 0", "artifact 0 real", "record 3", "artifact 4 samples", "checkpoint 9"} {
		r := newTape()
		r.before = func(call string) error {
			if call == at {
				return errCrash
			}
			return nil
		}
		if _, err := newEngine().Train(t.Context(), training.Job{Config: small(t, 1)}, r); !errors.Is(err, errCrash) {
			t.Errorf("at %q: %v", at, err)
		}
	}
}

func TestWhatCannotBeTrainedIsRefused(t *testing.T) {
	good := small(t, 1)
	change := func(f func(*training.Config)) training.Config {
		c := good
		f(&c)
		return c
	}
	for name, c := range map[string]struct {
		cfg  training.Config
		want string
	}{
		"other task":    {change(func(c *training.Config) { c.Task = "faces" }), `cannot train task "faces"`},
		"other engine":  {change(func(c *training.Config) { c.Engine = 99 }), "planned for engine version 99"},
		"unknown key":   {change(func(c *training.Config) { c.Params = c.Params.With("kk", training.IntValue(1)) }), "kk: unknown parameter"},
		"out of range":  {change(func(c *training.Config) { c.Params = c.Params.With("batch", training.IntValue(0)) }), "batch: 0 is outside"},
		"not resolved":  {change(func(c *training.Config) { c.Params = nil }), "not resolved"},
		"negative seed": {change(func(c *training.Config) { c.Seed = -1 }), "seed -1 is negative"},
		"not canonical": {change(func(c *training.Config) { c.Params = c.Params.With("rollback", training.StringValue("none")) }), "not resolved"},
		"data for none": {change(func(c *training.Config) { c.Data = "1a" }), `task gaussians and the digest "1a" of its data set do not fit`},
		"unknown value": {change(func(c *training.Config) { c.Params = c.Params.With("gradient", training.StringValue("half")) }), "not one of truncated, full"},
	} {
		_, err := newEngine().Train(t.Context(), training.Job{Config: c.cfg}, newTape())
		if !errors.Is(err, training.ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestAnUnusableCheckpointIsRefused(t *testing.T) {
	r, _ := train(t, training.Job{Config: small(t, 1)})
	other, _ := train(t, training.Job{Config: small(t, 2)})
	plain, _ := train(t, training.Job{Config: config(t, "noop", 1)})
	damaged := slices.Clone(r.final().Data)
	damaged[len(damaged)-1] ^= 1
	lacking := reencode(t, r.final().Data, func(m *checkpoint.Manifest, s *checkpoint.State) { s.Tensors = s.Tensors[1:] })
	shifted := reencode(t, r.final().Data, func(m *checkpoint.Manifest, s *checkpoint.State) { s.Counters["stream.z"]++ })
	uncounted := reencode(t, r.final().Data, func(m *checkpoint.Manifest, s *checkpoint.State) { delete(s.Counters, "adam.generator") })
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":              {[]byte{}, "too few"},
		"damaged":            {damaged, "another digest"},
		"of another trial":   {other.final().Data, "it is of trial"},
		"of another task":    {plain.final().Data, "it is of task noop"},
		"lacks a tensor":     {lacking, "is missing"},
		"stream moved":       {shifted, "random stream z stands at step 11, expected 10"},
		"without adam steps": {uncounted, "step counter of the generator is missing"},
	} {
		_, err := newEngine().Train(t.Context(), training.Job{Config: small(t, 1), Resume: c.data}, newTape())
		if !errors.Is(err, training.ErrState) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func reencode(t *testing.T, data []byte, change func(*checkpoint.Manifest, *checkpoint.State)) []byte {
	t.Helper()
	m, s, err := checkpoint.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	change(&m, &s)
	out, err := checkpoint.Encode(m, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNumericsNamesTheArithmetic(t *testing.T) {
	e := newEngine()
	if got := e.Numerics("gaussians"); got != cpu.New().Name() || !strings.HasPrefix(got, "cpu-") || !strings.HasSuffix(got, "-fp32") {
		t.Errorf("gaussians is %q", got)
	}
	if got := fmt.Sprint(e.Numerics("noop"), ",", e.Numerics("faces")); got != "any,," && got != "any," {
		t.Errorf("noop and faces are %q", got)
	}
}
