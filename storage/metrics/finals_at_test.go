package metrics_test

import (
	"math"
	"testing"
)

// The known sweep records d_loss k/(step+1) at steps 0 to 20 and modes_strict
// at every tenth; the trial of place 5 has NaN at step 20, that of place 8
// failed after step 10.
func TestValuesAtAStepOfTheKnownSweep(t *testing.T) {
	s := demo(t, database(t))
	for _, c := range []struct {
		metric   string
		step     int64
		place    int
		wantStep int64
		want     float64
	}{
		{"d_loss", 7, 0, 7, 1.0 / 8},
		{"d_loss", 11, 11, 11, 5.0 / 12},
		{"d_loss", 20, 5, 20, math.NaN()},
		{"d_loss", 19, 5, 19, 1.0 / 20},
		{"d_loss", 99, 8, 10, 5.0 / 11},
		{"modes_strict", 19, 3, 10, math.NaN()},
		{"d_loss", -1, 0, -1, 0},
		{"unheard_of", 5, 0, -1, 0},
	} {
		got, err := s.FinalsAt(t.Context(), "demo", "ring", c.metric, c.step)
		if err != nil || len(got) != 12 {
			t.Fatalf("%s at %d: %d trials, %v", c.metric, c.step, len(got), err)
		}
		f := got[c.place]
		if f.ValueStep != c.wantStep || (f.Value == nil) != (c.wantStep < 0) || f.Metric != c.metric || f.Index != c.place {
			t.Errorf("%s at %d: step %d, value %v of trial %d", c.metric, c.step, f.ValueStep, f.Value, f.Index)
			continue
		}
		if c.metric == "d_loss" && f.Value != nil && *f.Value != c.want && !(math.IsNaN(*f.Value) && math.IsNaN(c.want)) {
			t.Errorf("%s at %d of trial %d is %v, want %v", c.metric, c.step, c.place, *f.Value, c.want)
		}
	}
}

func TestBestValuesOfTheKnownSweepPassNaNOver(t *testing.T) {
	s := demo(t, database(t))
	for _, c := range []struct {
		largest  bool
		place    int
		wantStep int64
		want     float64
	}{{true, 0, 0, 1}, {false, 0, 20, 1.0 / 21}, {true, 11, 0, 5}, {false, 5, 19, 1.0 / 20}, {true, 5, 0, 1}, {false, 8, 10, 5.0 / 11}} {
		got, err := s.FinalsBest(t.Context(), "demo", "", "d_loss", c.largest)
		if err != nil || len(got) != 12 {
			t.Fatalf("%d trials, %v", len(got), err)
		}
		f := got[c.place]
		if f.Value == nil || *f.Value != c.want || f.ValueStep != c.wantStep {
			t.Errorf("largest %t of trial %d: %v at step %d, want %v at %d", c.largest, c.place, f.Value, f.ValueStep, c.want, c.wantStep)
		}
	}
	if got, err := s.FinalsBest(t.Context(), "demo", "ring", "unheard_of", true); err != nil || len(got) != 12 || got[0].Value != nil {
		t.Errorf("of a metric that nobody records: %+v, %v", got[0], err)
	}
}
