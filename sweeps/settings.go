package sweeps

import (
	"math"
	"slices"
	"strings"
	"time"

	"sweep/training"
)

// maxSeeds bounds the seeds of one experiment.
const maxSeeds = 10_000

// metric reads what the experiment is judged by; absent, it is the task's
// first metric.
func (r *report) metric(n *node, schema training.Schema) Metric {
	m := Metric{PairedBy: "seed"}
	if len(schema.Metrics) > 0 {
		m.Name, m.Goal = schema.Metrics[0].Name, schema.Metrics[0].Goal
	}
	if n == nil || !r.keys(n, []string{"name", "goal", "paired_by"}) {
		return m
	}
	name := r.need(n, "name")
	if r.is(name, scalar) && r.brief(name) {
		m.Name, m.Goal = name.text, r.goalOf(name, schema)
	}
	if g := n.get("goal"); r.is(g, scalar) {
		m.Goal = training.Goal(g.text)
		if m.Goal != training.Maximize && m.Goal != training.Minimize {
			r.at(g, "%s is neither %s nor %s", show(g.text), training.Maximize, training.Minimize)
		}
	}
	if p := n.get("paired_by"); r.is(p, scalar) && p.text != "seed" {
		r.at(p, "%s is not supported, runs are paired by seed", show(p.text))
	}
	return m
}

func (r *report) goalOf(name *node, schema training.Schema) training.Goal {
	known, ok := schema.Metric(name.text)
	if ok || schema.Missing && plainKey.MatchString(name.text) {
		return known.Goal
	}
	names := make([]string, len(schema.Metrics))
	for i, m := range schema.Metrics {
		names[i] = m.Name
	}
	r.at(name, "unknown metric of task %s: %s%s", schema.Task, show(name.text), oneOf(name.text, names))
	return ""
}

// oneOf ends a message about an unknown word: the likely one, or all of them.
func oneOf(word string, known []string) string {
	if s := didYouMean(word, known); s != "" {
		return s
	}
	if len(known) == 0 {
		return ""
	}
	return " (there are " + strings.Join(known, ", ") + ")"
}

// seeds reads a count, which draws base, base+1, ..., or a list. Raising a
// count keeps the seeds before.
func (r *report) seeds(n, base, own *node) []int64 {
	if n != nil && n.kind == list {
		if base != nil && (base.parent == n.parent || base == own.get("seed_base")) {
			r.atKey(base, "has no meaning beside a list of seeds")
		}
		return r.seedList(n)
	}
	first := r.integer(base, 1, 0, math.MaxInt64-maxSeeds)
	seeds := make([]int64, r.count(n, 1, 1, maxSeeds))
	for i := range seeds {
		seeds[i] = first + int64(i)
	}
	return seeds
}

func (r *report) seedList(n *node) []int64 {
	if !r.affordable(n) {
		return nil
	}
	if len(n.items) == 0 {
		r.at(n, "is empty, one seed is needed")
	}
	if len(n.items) > maxSeeds {
		r.at(n, "holds %d seeds, at most %d are allowed", len(n.items), maxSeeds)
		return nil
	}
	r.values += len(n.items)
	var seeds []int64
	seen := map[int64]bool{}
	for _, item := range n.items {
		s := r.integer(item, -1, 0, math.MaxInt64)
		if s >= 0 && seen[s] {
			r.at(item, "seed %d is given twice", s)
		}
		seen[s] = true
		seeds = append(seeds, s)
	}
	return slices.Clip(seeds)
}

// checkpoint reads when state is saved and what is kept of it.
func (r *report) checkpoint(n *node) Checkpoint {
	c := Checkpoint{Every: training.Cadence{Time: time.Minute}, Keep: Keep{Last: 2, Best: 1}}
	if n == nil || !r.keys(n, []string{"every", "keep"}) {
		return c
	}
	if every := n.get("every"); every != nil && r.keys(every, []string{"steps", "time"}) {
		c.Every.Steps = r.integer(every.get("steps"), 0, 0, 1e9)
		c.Every.Time = r.duration(every.get("time"), c.Every.Time, time.Second, 24*time.Hour)
		if c.Every == (training.Cadence{}) {
			r.at(every, "steps and time are both 0, no checkpoint would be taken")
		}
	}
	if keep := n.get("keep"); keep != nil && r.keys(keep, []string{"last", "best"}) {
		c.Keep.Last = r.count(keep.get("last"), c.Keep.Last, 1, 1000)
		c.Keep.Best = r.count(keep.get("best"), c.Keep.Best, 0, 1000)
	}
	return c
}

// retry reads how often each class of failure is tried again.
func (r *report) retry(n *node) Retry {
	out := Retry{InfraMax: 10, OOMMax: 2}
	if n == nil || !r.keys(n, []string{"infra", "oom"}) {
		return out
	}
	if f := n.get("infra"); f != nil && r.keys(f, []string{"max"}) {
		out.InfraMax = r.count(f.get("max"), out.InfraMax, 0, 1000)
	}
	if f := n.get("oom"); f != nil && r.keys(f, []string{"max"}) {
		out.OOMMax = r.count(f.get("max"), out.OOMMax, 0, 100)
	}
	return out
}
