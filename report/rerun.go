package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sweep/storage"
	"sweep/training"
)

// rerun is the command that trains a cell's first seed again without any
// service, and the seeds that it was run with.
type rerun struct{ Cell, Command, Seeds string }

func reruns(schema training.Schema, cells []*cell) []rerun {
	out := make([]rerun, len(cells))
	for i, c := range cells {
		out[i] = rerun{cellName(c.name), command(schema, c.trials[0]), seedsOf(c)}
	}
	return out
}

// seedsOf lists a cell's seeds, runs of them as a range.
func seedsOf(c *cell) string {
	var parts []string
	for i := 0; i < len(c.trials); {
		j := i
		for j+1 < len(c.trials) && c.trials[j+1].Seed == c.trials[j].Seed+1 {
			j++
		}
		switch j - i {
		case 0:
			parts = append(parts, fmt.Sprint(c.trials[i].Seed))
		case 1:
			parts = append(parts, fmt.Sprint(c.trials[i].Seed), fmt.Sprint(c.trials[j].Seed))
		default:
			parts = append(parts, fmt.Sprintf("%d to %d", c.trials[i].Seed, c.trials[j].Seed))
		}
		i = j + 1
	}
	if n := len(parts); n > maxSeedParts {
		parts = append(parts[:maxSeedParts], fmt.Sprintf("and %d more", n-maxSeedParts))
	}
	return strings.Join(parts, ", ")
}

const maxSeedParts = 12

// settings lists a trial's parameters that differ from the task's defaults,
// sorted by name.
func settings(schema training.Schema, params json.RawMessage) []setting {
	var raw map[string]json.RawMessage
	if json.Unmarshal(params, &raw) != nil {
		return nil
	}
	var out []setting
	for name, v := range raw {
		if isDefault(schema, name, spell(v)) {
			continue
		}
		out = append(out, setting{name, spell(v)})
	}
	slices.SortFunc(out, func(a, b setting) int { return strings.Compare(a.axis, b.axis) })
	return out
}

// isDefault compares as typed values: 1e-8 and 1e-08 are one number.
func isDefault(schema training.Schema, name, value string) bool {
	p, ok := schema.Param(name)
	if !ok {
		return false
	}
	v, err := p.Kind.Convert(value)
	return err == nil && v == p.Default
}

func spellAll(list []setting, between, before string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = before + s.String()
	}
	return strings.Join(parts, between)
}

// command trains a trial in the foreground.
func command(schema training.Schema, t storage.Final) string {
	parts := []string{"sweep train --task " + quote(t.Task)}
	for _, s := range settings(schema, t.Params) {
		parts = append(parts, "-p "+quote(s.String()))
	}
	return strings.Join(append(parts, fmt.Sprintf("--seed %d", t.Seed)), " ")
}

// quote makes a word safe to paste into a POSIX shell.
func quote(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-=.,/+:", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
