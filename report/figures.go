package report

import (
	"context"
	"fmt"
	"slices"

	"sweep/storage"
)

// sourceEpochs are the columns of the source's figure (experiments.md §1.1).
var sourceEpochs = []int64{0, 1, 5, 10, 20, 50, 100}

// Bounds on an experiment's pictures; what they leave out is counted.
const (
	maxSheetSeeds = 10 // columns of the sheet that shows every seed
	maxGroups     = 12 // combinations of the axes that are not contrasted
	maxLevels     = 8  // rows of a picture: levels of the contrast axis
)

// shown picks the source's epochs that exist, and the last.
func shown(epochs []int64) []int64 {
	var out []int64
	for i, e := range epochs {
		if slices.Contains(sourceEpochs, e) || i == len(epochs)-1 {
			out = append(out, e)
		}
	}
	return out
}

// pictures draws what an experiment's trials have stored: strips and a sheet of
// every seed for points, grids and walks for pictures; one of each per group. It
// returns how many cells the bounds left out.
func pictures(ctx context.Context, s *samples, experiment string, cells []*cell, groups []group) (out []Figure, left int, err error) {
	if len(s.byTrial)+len(s.walks) == 0 {
		return nil, 0, nil
	}
	groups, left = bounded(groups)
	areImages, err := s.pictures(ctx, cells)
	if err != nil {
		return nil, 0, err
	}
	for _, g := range groups {
		draw := s.pointFigures
		if areImages || len(s.byTrial) == 0 {
			draw = s.imageFigures
		}
		figures, err := draw(ctx, experiment, g)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, figures...)
	}
	return out, left, nil
}

// bounded keeps the first groups, and of each the first cells.
func bounded(groups []group) (kept []group, left int) {
	for i, g := range groups {
		n := min(len(g.cells), maxLevels)
		if i >= maxGroups {
			n = 0
		}
		if left += len(g.cells) - n; n > 0 {
			kept = append(kept, group{g.fixed, g.rows[:n], g.tints[:n], g.cells[:n]})
		}
	}
	return kept, left
}

// pointFigures are a group's strip for its first seed, and the sheet of every
// seed at its last epoch.
func (s *samples) pointFigures(ctx context.Context, experiment string, g group) (out []Figure, err error) {
	strip, err := s.strip(ctx, experiment, g)
	if err != nil {
		return nil, err
	}
	sheet, more, err := s.sheet(ctx, experiment, g)
	if err != nil {
		return nil, err
	}
	for _, p := range []struct {
		kind, note string
		strip      Strip
	}{{"strip", "The first seed of the file; every seed is in the next figure.", strip}, {"seeds", "The last stored epoch of every seed" + more + ".", sheet}} {
		if len(p.strip.Columns) == 0 {
			continue
		}
		data, err := p.strip.PNG()
		if err != nil {
			return nil, err
		}
		out = append(out, Figure{Name: fileName("png", p.kind, experiment, g.fixed), Title: p.strip.Title,
			Caption: p.note, Alt: p.strip.Alt(), Data: data})
	}
	return out, nil
}

// strip gathers the first seed's samples.
func (s *samples) strip(ctx context.Context, experiment string, g group) (Strip, error) {
	first := g.first()
	out := Strip{Title: title(experiment, g.fixed, fmt.Sprintf("seed %d", first.Seed)), Limit: 4, Density: true, Truth: true, Panel: 180}
	trials := g.seed(first.Seed)
	epochs := shown(s.epochs(trials))
	for _, e := range epochs {
		out.Columns = append(out.Columns, fmt.Sprintf("epoch %d", e))
	}
	for i, t := range trials {
		row := StripRow{Label: g.rows[i]}
		for _, e := range epochs {
			a, ok := s.at(t, e)
			if err := s.fill(ctx, &row, t, a, ok); err != nil {
				return Strip{}, err
			}
		}
		if a, ok := s.truth[t.ID]; ok {
			points, err := s.points(ctx, a)
			if err != nil {
				return Strip{}, err
			}
			row.Truth = points
			out.Limit = max(out.Limit, reach(points))
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// sheet gathers every seed's last samples.
func (s *samples) sheet(ctx context.Context, experiment string, g group) (out Strip, more string, err error) {
	var seeds []int64
	for _, c := range g.cells {
		for _, t := range c.trials {
			seeds = append(seeds, t.Seed)
		}
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	if n := len(seeds); n > maxSheetSeeds {
		seeds, more = seeds[:maxSheetSeeds], fmt.Sprintf(" (the first %d of %d)", maxSheetSeeds, n)
	}
	out = Strip{Title: title(experiment, g.fixed, "every seed at its end"), Limit: 4, Panel: 120}
	for i, label := range g.rows {
		row := StripRow{Label: label}
		for _, seed := range seeds {
			t, _ := g.cells[i].bySeed(seed)
			list := s.byTrial[t.ID]
			var last storage.TrialArtifact
			if len(list) > 0 {
				last = list[len(list)-1]
			}
			if a, ok := s.truth[t.ID]; ok {
				points, err := s.points(ctx, a)
				if err != nil {
					return out, more, err
				}
				out.Limit = max(out.Limit, reach(points))
			}
			if err := s.fill(ctx, &row, t, last, len(list) > 0); err != nil {
				return out, more, err
			}
		}
		out.Rows = append(out.Rows, row)
	}
	for _, seed := range seeds {
		out.Columns = append(out.Columns, fmt.Sprintf("seed %d", seed))
	}
	return out, more, nil
}

// seed lists the group's trials of one seed, by row.
func (g group) seed(seed int64) []storage.Final {
	out := make([]storage.Final, len(g.cells))
	for i, c := range g.cells {
		out[i], _ = c.bySeed(seed)
	}
	return out
}

// first is the trial whose seed the file names first.
func (g group) first() storage.Final {
	first := g.cells[0].trials[0]
	for _, t := range g.cells[0].trials {
		if t.Index < first.Index {
			first = t
		}
	}
	return first
}
