package report

import (
	"fmt"
	"math"

	"sweep/report/chart"
	"sweep/storage"
)

// curvesFigure draws a metric over training: a panel for each group, a colour
// for each level of the contrast axis. ok is false when there is no point.
func curvesFigure(experiment string, score scorer, ceiling *float64, runs []panelRuns, left int) (f Figure, ok bool, err error) {
	if len(runs) == 0 {
		return f, false, nil
	}
	m := score.metric
	l := chart.Lines{Title: title(experiment, m.Name+" over training"), XLabel: stepsLabel(runs), Reference: truth(ceiling)}
	n := 0
	low, high := scaleOf(runs)
	for _, p := range runs {
		panel := chart.Panel{Title: p.fixed}
		for _, b := range p.bundles {
			s := chart.Series{Name: b.name, Tint: b.tint, Thin: b.thin()}
			s.Main, s.Band = b.mean(low, high)
			panel.Series = append(panel.Series, s)
			n += len(b.runs)
		}
		l.Panels = append(l.Panels, panel)
	}
	d, err := l.Draw(fmt.Sprintf("%s of %s over outer steps, with means and intervals.", m.Name, plural(n, "trial")))
	if err != nil {
		return f, false, err
	}
	caption := m.Name + " over outer steps. Thick: mean over seeds, with the mean's 95 % interval by Student's t; thin: every seed."
	if finite(low) && anyDiverged(runs) {
		caption += fmt.Sprintf(" A diverged run counts in the mean as the worst value, %s, from where it stopped.", Number(runs[0].bundles[0].runs[0].worst))
	}
	return drawn(d, l.Title, caption+leftOut(left), "curves", experiment, m.Name), true, nil
}

// scaleOf are the ends of the metric's scale over all trials, infinite where
// there is none.
func scaleOf(runs []panelRuns) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range runs {
		for _, b := range p.bundles {
			for _, r := range b.runs {
				low, high = min(low, r.worst, r.best), max(high, r.worst, r.best)
			}
		}
	}
	return low, high
}

func anyDiverged(runs []panelRuns) bool {
	for _, p := range runs {
		for _, b := range p.bundles {
			for _, r := range b.runs {
				if r.trial.State == storage.Diverged {
					return true
				}
			}
		}
	}
	return false
}

// stepsLabel names the x axis, with the length of an epoch where all trials
// agree on it.
func stepsLabel(runs []panelRuns) string {
	length := int64(0)
	for _, p := range runs {
		for _, b := range p.bundles {
			for _, r := range b.runs {
				if l := epochLength(r.trial); length == 0 {
					length = l
				} else if l != length {
					return "outer steps"
				}
			}
		}
	}
	return fmt.Sprintf("outer steps (an epoch is %d)", length)
}

// truth is the line of true data.
func truth(ceiling *float64) *chart.Reference {
	if ceiling == nil {
		return nil
	}
	return &chart.Reference{Value: *ceiling, Label: "true data " + Number(*ceiling)}
}

// leftOut says what a figure's bounds left out.
func leftOut(cells int) string {
	if cells == 0 {
		return ""
	}
	return fmt.Sprintf(" %s more than fit are not drawn.", plural(cells, "cell"))
}
