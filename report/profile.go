package report

import (
	"fmt"
	"slices"

	"sweep/report/chart"
	"sweep/report/stats"
	"sweep/training"
)

// maxThresholds bounds the places at which a profile is taken.
const maxThresholds = 200

// profileFigure draws performance profiles (Agarwal et al. 2021, rliable): the
// share of a cell's runs that end better than τ, over τ. It shows what a mean
// hides when runs either succeed or collapse. ok is false when no group has two
// values.
func profileFigure(experiment string, score scorer, groups []group) (f Figure, ok bool, err error) {
	m := score.metric
	at := thresholds(score, groups)
	if len(at) < 2 {
		return f, false, nil
	}
	side := "above"
	if m.Goal == training.Minimize {
		side = "below"
	}
	l := chart.Lines{Title: title(experiment, "share of runs that end "+side+" a value"), XLabel: m.Name, YRange: &[2]float64{0, 1.02}, Steps: true}
	left := 0
	for i, g := range groups {
		if i >= maxPanels {
			left += len(g.cells)
			continue
		}
		panel := chart.Panel{Title: g.fixed}
		for j, c := range g.cells {
			if s, some := profileOf(score, c, at); some {
				s.Name, s.Tint = g.rows[j], g.tints[j]
				panel.Series = append(panel.Series, s)
			}
		}
		if len(panel.Series) > 0 {
			l.Panels = append(l.Panels, panel)
		}
	}
	d, err := l.Draw(fmt.Sprintf("Share of runs whose last %s is %s a value, over that value, with intervals.", m.Name, side))
	if err != nil {
		return f, false, err
	}
	caption := fmt.Sprintf("Performance profiles: the share of runs whose last %s is %s the value on the axis; higher lines are better. "+
		"Band: 95 %% bootstrap interval. A diverged run counts with the worst value that there is.", m.Name, side)
	return drawn(d, l.Title, caption+leftOut(left), "profile", experiment, m.Name), true, nil
}

// thresholds are the distinct last values, with a little room on both sides.
func thresholds(s scorer, groups []group) []float64 {
	var all []float64
	for _, g := range groups {
		for _, c := range g.cells {
			all = append(all, s.scores(c)...)
		}
	}
	all = slices.DeleteFunc(all, func(v float64) bool { return !finite(v) })
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) < 2 {
		return nil
	}
	room := (all[len(all)-1] - all[0]) * 0.03
	all = append(append([]float64{all[0] - room}, all...), all[len(all)-1]+room)
	if n := len(all); n > maxThresholds {
		even := make([]float64, maxThresholds)
		for i := range even {
			even[i] = all[i*(n-1)/(maxThresholds-1)]
		}
		return even
	}
	return all
}

// profileOf is the share of outcomes beyond each threshold, on the axis as it is
// read: for a metric where less is better both are negated and turned back.
func profileOf(score scorer, c *cell, at []float64) (s chart.Series, some bool) {
	values := score.scores(c)
	sign := 1.0
	if score.metric.Goal == training.Minimize {
		sign = -1
	}
	for i := range values {
		values[i] *= sign
	}
	turned := make([]float64, len(at))
	for i, t := range at {
		turned[i] = sign * t
	}
	for _, p := range stats.Profile(values, turned) {
		s.Main = append(s.Main, chart.XY{X: sign * p.Threshold, Y: p.Share})
		s.Band = append(s.Band, chart.Range{X: sign * p.Threshold, Low: p.Low, High: p.High})
	}
	return s, len(values) > 0
}
