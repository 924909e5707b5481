package report

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"sweep/storage"
)

// The artifacts that figures are made of.
const (
	samplesName = "samples"        // (n, 2) points, or (n, h, w[, 3]) pictures
	realName    = "real"           // the same of true data, at step 0
	walksName   = "interpolations" // (rows, columns, h, w[, 3]) pictures: walks between codes
	analogyName = "analogies"      // (rows, 4, h, w[, 3]) pictures: A, B, C and A − B + C
)

// samples finds stored samples by trial and reads them once.
type samples struct {
	blobs    Blobs
	byTrial  map[string][]storage.TrialArtifact // ascending steps
	walks    map[string][]storage.TrialArtifact // "
	analogy  map[string][]storage.TrialArtifact // "
	truth    map[string]storage.TrialArtifact
	read     map[string][]Point
	problems []string // objects that are missing or damaged
}

func newSamples(ctx context.Context, src Source, blobs Blobs, sweep, experiment string) (*samples, error) {
	s := &samples{blobs: blobs, truth: map[string]storage.TrialArtifact{}, read: map[string][]Point{}}
	var err error
	if s.byTrial, err = artifacts(ctx, src, sweep, experiment, samplesName); err != nil {
		return nil, err
	}
	if s.walks, err = artifacts(ctx, src, sweep, experiment, walksName); err != nil {
		return nil, err
	}
	if s.analogy, err = artifacts(ctx, src, sweep, experiment, analogyName); err != nil {
		return nil, err
	}
	real, err := artifacts(ctx, src, sweep, experiment, realName)
	if err != nil {
		return nil, err
	}
	for id, list := range real {
		s.truth[id] = list[len(list)-1]
	}
	return s, nil
}

// artifacts lists the artifacts of one name by trial, ascending steps.
func artifacts(ctx context.Context, src Source, sweep, experiment, name string) (map[string][]storage.TrialArtifact, error) {
	all, err := src.Artifacts(ctx, sweep, experiment, name)
	if err != nil {
		return nil, fmt.Errorf("list the artifacts %s of experiment %s: %w", name, experiment, err)
	}
	out := map[string][]storage.TrialArtifact{}
	for _, a := range all {
		out[a.TrialID] = append(out[a.TrialID], a)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b storage.TrialArtifact) int { return cmp.Compare(a.Step, b.Step) })
	}
	return out, nil
}

// get reads an artifact and gives it to parse. ok is false when its object is
// missing or damaged, or cannot be parsed: that is a problem to show, not an
// error.
func (s *samples) get(ctx context.Context, a storage.TrialArtifact, parse func([]byte) error) (ok bool, err error) {
	data, err := s.blobs.Get(ctx, a.Key, a.Size, a.SHA256)
	if err == nil {
		err = parse(data)
	} else if !errors.Is(err, storage.ErrCorrupt) && !errors.Is(err, storage.ErrNotFound) {
		return false, fmt.Errorf("read %s %s: %w", a.Name, a.Key, err)
	}
	if err != nil {
		s.problems = append(s.problems, fmt.Sprintf("%s %s seed %d step %d, %s: %v", a.Experiment, a.Cell, a.Seed, a.Step, a.Name, err))
	}
	return err == nil, nil
}

// points reads an artifact; nil when it cannot be read.
func (s *samples) points(ctx context.Context, a storage.TrialArtifact) (points []Point, err error) {
	if p, ok := s.read[a.Key]; ok {
		return p, nil
	}
	if _, err = s.get(ctx, a, func(data []byte) (err error) {
		points, err = ReadPoints(data)
		return err
	}); err != nil {
		return nil, err
	}
	s.read[a.Key] = points
	return points, nil
}

// pictures tells whether an experiment's samples are pictures, not points, by
// the first that can be read.
func (s *samples) pictures(ctx context.Context, cells []*cell) (bool, error) {
	for _, c := range cells {
		for _, t := range c.trials {
			for _, a := range s.byTrial[t.ID] {
				data, err := s.blobs.Get(ctx, a.Key, a.Size, a.SHA256)
				switch {
				case err == nil:
					_, err = ReadImages(data)
					return err == nil, nil
				case !errors.Is(err, storage.ErrCorrupt) && !errors.Is(err, storage.ErrNotFound):
					return false, fmt.Errorf("read %s %s: %w", a.Name, a.Key, err)
				}
			}
		}
	}
	return false, nil
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
	note := absent(t)
	var points []Point
	if stored {
		p, err := s.points(ctx, a)
		if err != nil {
			return err
		}
		points, note = p, unreadable
	}
	row.Cells = append(row.Cells, points)
	row.Notes = append(row.Notes, note)
	return nil
}

const unreadable = "samples unreadable"

// absent says why a trial has no samples at a place.
func absent(t storage.Final) string {
	switch {
	case t.ID == "":
		return "not in this sweep"
	case t.State == storage.Diverged:
		return fmt.Sprintf("diverged at step %d", t.Step)
	case t.State == storage.Failed || t.State == storage.Cancelled:
		return string(t.State)
	case t.State == storage.Finished:
		return "no samples here"
	}
	return "not yet"
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
