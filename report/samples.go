package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"sweep/storage"
)

// samples finds stored points by trial and reads them once.
type samples struct {
	blobs    Blobs
	byTrial  map[string][]storage.TrialArtifact // ascending steps
	truth    map[string]storage.TrialArtifact
	read     map[string][]Point
	problems []string // objects that are missing or damaged
}

func newSamples(ctx context.Context, src Source, blobs Blobs, sweep, experiment string) (*samples, error) {
	s := &samples{blobs: blobs, byTrial: map[string][]storage.TrialArtifact{}, truth: map[string]storage.TrialArtifact{}, read: map[string][]Point{}}
	drawn, err := src.Artifacts(ctx, sweep, experiment, "samples")
	if err != nil {
		return nil, fmt.Errorf("list samples of experiment %s: %w", experiment, err)
	}
	for _, a := range drawn {
		s.byTrial[a.TrialID] = append(s.byTrial[a.TrialID], a)
	}
	for _, list := range s.byTrial {
		slices.SortFunc(list, func(a, b storage.TrialArtifact) int { return int(a.Step - b.Step) })
	}
	real, err := src.Artifacts(ctx, sweep, experiment, "real")
	if err != nil {
		return nil, fmt.Errorf("list true data of experiment %s: %w", experiment, err)
	}
	for _, a := range real {
		s.truth[a.TrialID] = a
	}
	return s, nil
}

// points reads an artifact; nil when its object is missing or damaged.
func (s *samples) points(ctx context.Context, a storage.TrialArtifact) ([]Point, error) {
	if p, ok := s.read[a.Key]; ok {
		return p, nil
	}
	data, err := s.blobs.Get(ctx, a.Key, a.Size, a.SHA256)
	var points []Point
	if err == nil {
		points, err = ReadPoints(data)
	} else if !errors.Is(err, storage.ErrCorrupt) && !errors.Is(err, storage.ErrNotFound) {
		return nil, fmt.Errorf("read samples %s: %w", a.Key, err)
	}
	if err != nil {
		s.problems = append(s.problems, fmt.Sprintf("%s %s seed %d step %d: %v", a.Experiment, a.Cell, a.Seed, a.Step, err))
	}
	s.read[a.Key] = points
	return points, nil
}

// epochs lists the epochs at which any of the trials has samples.
func (s *samples) epochs(trials []storage.Final) []int64 {
	var out []int64
	for _, t := range trials {
		for _, a := range s.byTrial[t.ID] {
			out = append(out, a.Step/epochLength(t))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// at finds a trial's samples at an epoch's end.
func (s *samples) at(t storage.Final, epoch int64) (storage.TrialArtifact, bool) {
	i := slices.IndexFunc(s.byTrial[t.ID], func(a storage.TrialArtifact) bool { return a.Step/epochLength(t) == epoch })
	if i < 0 {
		return storage.TrialArtifact{}, false
	}
	return s.byTrial[t.ID][i], true
}

// epochLength is the trial's outer steps per epoch: its parameter eval_every,
// or the source's 500.
func epochLength(t storage.Final) int64 {
	var p struct {
		EvalEvery int64 `json:"eval_every"`
	}
	if json.Unmarshal(t.Params, &p) != nil || p.EvalEvery < 1 {
		return 500
	}
	return p.EvalEvery
}

// fill adds a column to a row: points, or why there are none.
func (s *samples) fill(ctx context.Context, row *StripRow, t storage.Final, a storage.TrialArtifact, stored bool) error {
	note := "not yet"
	var points []Point
	switch {
	case stored:
		p, err := s.points(ctx, a)
		if err != nil {
			return err
		}
		points, note = p, "samples unreadable"
	case t.ID == "":
		note = "not in this sweep"
	case t.State == storage.Diverged:
		note = fmt.Sprintf("diverged at step %d", t.Step)
	case t.State == storage.Failed || t.State == storage.Cancelled:
		note = string(t.State)
	case t.State == storage.Finished:
		note = "no samples here"
	}
	row.Cells = append(row.Cells, points)
	row.Notes = append(row.Notes, note)
	return nil
}

// reach is the whole number that holds all true data; 4 in the source's
// figures, more for wider mixtures.
func reach(points []Point) float64 {
	far := 0.0
	for _, p := range points {
		for _, v := range []float64{math.Abs(float64(p.X)), math.Abs(float64(p.Y))} {
			if finite(v) {
				far = max(far, v)
			}
		}
	}
	return min(math.Ceil(far), 100)
}
