package report

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sweep/storage"
)

// Figure is a picture with its words.
type Figure struct {
	Name    string // file name, "strip-ring-z_dim-256.png"
	Title   string
	Caption string // which trials it shows; how it was drawn stands in the picture
	Alt     string
	PNG     []byte
}

// sourceEpochs are the columns of the source's figure (experiments.md §1.1).
var sourceEpochs = []int64{0, 1, 5, 10, 20, 50, 100}

// Bounds on an experiment's figures; what they leave out is counted.
const (
	maxSheetSeeds = 10 // columns of the sheet that shows every seed
	maxGroups     = 12 // combinations of the axes that are not contrasted
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

// group is one figure: the cells that differ in the contrast axis alone.
type group struct {
	fixed string // "z_dim=256", empty when nothing else varies
	rows  []string
	cells []*cell
}

// groupsOf splits cells by everything but the contrast axis: k where it varies,
// else the first axis that does.
func groupsOf(cells []*cell) []group {
	factors := factorsOf(cells)
	main := slices.IndexFunc(factors, func(f factor) bool { return f.name(cells[0]) == "k" })
	if main < 0 && len(factors) > 0 {
		main = 0
	}
	var out []group
	for _, c := range cells {
		fixed, row := others(factors, main, c), c.name
		if main >= 0 {
			row = factors[main].level(c)
		}
		i := slices.IndexFunc(out, func(g group) bool { return g.fixed == fixed })
		if i < 0 {
			out = append(out, group{fixed: fixed})
			i = len(out) - 1
		}
		out[i].rows = append(out[i].rows, row)
		out[i].cells = append(out[i].cells, c)
	}
	return out
}

// figures draws an experiment's strips: one per group for its first seed, and
// one sheet with every seed at its last epoch. It returns how many groups were
// left out.
func figures(ctx context.Context, s *samples, experiment string, cells []*cell) (out []Figure, left int, err error) {
	groups := groupsOf(cells)
	if len(s.byTrial) == 0 {
		return nil, 0, nil
	}
	if left = max(0, len(groups)-maxGroups); left > 0 {
		groups = groups[:maxGroups]
	}
	for _, g := range groups {
		strip, err := s.strip(ctx, experiment, g)
		if err != nil {
			return nil, 0, err
		}
		sheet, more, err := s.sheet(ctx, experiment, g)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range []struct {
			kind, note string
			strip      Strip
		}{{"strip", "The first seed of the file; every seed is in the next figure.", strip}, {"seeds", "The last stored epoch of every seed" + more + ".", sheet}} {
			if len(p.strip.Columns) == 0 {
				continue
			}
			png, err := p.strip.PNG()
			if err != nil {
				return nil, 0, err
			}
			out = append(out, Figure{Name: fileName(p.kind, experiment, g.fixed), Title: p.strip.Title,
				Caption: p.note, Alt: p.strip.Alt(), PNG: png})
		}
	}
	return out, left, nil
}

var unsafeInName = regexp.MustCompile(`[^a-zA-Z0-9_.-]+`)

func fileName(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return unsafeInName.ReplaceAllString(strings.Join(parts, "-"), "-") + ".png"
}

func title(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// strip gathers the first seed's samples.
func (s *samples) strip(ctx context.Context, experiment string, g group) (Strip, error) {
	first := g.cells[0].trials[0]
	for _, t := range g.cells[0].trials {
		if t.Index < first.Index {
			first = t
		}
	}
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
