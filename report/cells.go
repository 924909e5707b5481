package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sweep/storage"
)

// setting is one axis value of a cell, spelled as in the file.
type setting struct{ axis, value string }

func (s setting) String() string { return s.axis + "=" + s.value }

// cell is one point of an experiment's axes with its trials by seed.
type cell struct {
	name     string
	values   json.RawMessage
	settings []setting // in axis order
	trials   []storage.Final
}

// bySeed finds the cell's trial of a seed; trials are in order of seeds.
func (c *cell) bySeed(seed int64) (storage.Final, bool) {
	i, ok := slices.BinarySearchFunc(c.trials, seed, func(f storage.Final, seed int64) int { return cmp.Compare(f.Seed, seed) })
	if !ok {
		return storage.Final{}, false
	}
	return c.trials[i], true
}

// cellsOf groups trials into cells. Cells come in the order of their first
// trial, which is the file's order; trials within a cell by seed.
func cellsOf(axes []string, finals []storage.Final) ([]*cell, error) {
	finals = slices.Clone(finals)
	slices.SortStableFunc(finals, func(a, b storage.Final) int { return cmp.Compare(a.Index, b.Index) })
	var cells []*cell
	byName := map[string]*cell{}
	for _, f := range finals {
		c := byName[f.Cell]
		if c == nil {
			settings, err := settingsOf(axes, f.CellValues)
			if err != nil {
				return nil, fmt.Errorf("cell %q of experiment %s: %w", f.Cell, f.Experiment, err)
			}
			c = &cell{name: f.Cell, values: f.CellValues, settings: settings}
			byName[f.Cell] = c
			cells = append(cells, c)
		}
		c.trials = append(c.trials, f)
	}
	for _, c := range cells {
		slices.SortStableFunc(c.trials, func(a, b storage.Final) int { return cmp.Compare(a.Seed, b.Seed) })
	}
	return cells, nil
}

func settingsOf(axes []string, values json.RawMessage) ([]setting, error) {
	var raw map[string]json.RawMessage
	if len(values) > 0 {
		if err := json.Unmarshal(values, &raw); err != nil {
			return nil, fmt.Errorf("read its axis values: %w", err)
		}
	}
	out := make([]setting, 0, len(axes))
	for _, a := range axes {
		if v, ok := raw[a]; ok {
			out = append(out, setting{a, spell(v)})
		}
	}
	return out, nil
}

// spell writes a JSON scalar as a person would: strings without quotes.
func spell(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(bytes.TrimSpace(raw))
}

// factor is an axis, or several that always change together (zip), with the
// levels it takes in order of appearance. Factors of one level are left out.
type factor struct {
	at     []int // positions in cell.settings
	levels []string
}

// axes are the names of the factor's axes, the same in all cells.
func (f factor) axes(cells []*cell) []string {
	names := make([]string, len(f.at))
	for i, p := range f.at {
		names[i] = cells[0].settings[p].axis
	}
	return names
}

// name spells the axes of the factor.
func (f factor) name(c *cell) string { return strings.Join(f.axes([]*cell{c}), "+") }

// level spells the factor's setting in a cell, e.g. "k=5".
func (f factor) level(c *cell) string {
	parts := make([]string, len(f.at))
	for i, p := range f.at {
		parts[i] = c.settings[p].String()
	}
	return strings.Join(parts, " ")
}

// factorsOf finds what varies between cells. Two axes of which each value of
// one goes with exactly one value of the other are one factor: no pair of cells
// differs in one of them alone.
func factorsOf(cells []*cell) []factor {
	if len(cells) == 0 {
		return nil
	}
	var out []factor
	for p := range cells[0].settings {
		single := factor{at: []int{p}}
		i := slices.IndexFunc(out, func(f factor) bool { return together(f, single, cells) })
		switch {
		case distinct(single, cells) < 2:
		case i >= 0:
			out[i].at = append(out[i].at, p)
		default:
			out = append(out, single)
		}
	}
	for i := range out {
		for _, c := range cells {
			if l := out[i].level(c); !slices.Contains(out[i].levels, l) {
				out[i].levels = append(out[i].levels, l)
			}
		}
	}
	return out
}

func distinct(f factor, cells []*cell) int {
	seen := map[string]bool{}
	for _, c := range cells {
		seen[f.level(c)] = true
	}
	return len(seen)
}

func together(a, b factor, cells []*cell) bool {
	both := factor{at: append(slices.Clone(a.at), b.at...)}
	n := distinct(both, cells)
	return n == distinct(a, cells) && n == distinct(b, cells)
}
