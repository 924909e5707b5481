package report

import (
	"fmt"
	"math"

	"sweep/report/chart"
	"sweep/report/stats"
)

// coverageFigure draws the share of seeds that have everything there is to
// reach (all modes) over training, for a metric that counts. ok is false for
// other metrics, where there is no point, and where not even as many samples of
// true data have everything.
func coverageFigure(experiment string, score scorer, ceiling *float64, runs []panelRuns, left int) (f Figure, ok bool, err error) {
	m := score.metric
	if !m.Count || len(runs) == 0 {
		return f, false, nil
	}
	best := runs[0].bundles[0].runs[0].best
	if !finite(best) || best == 0 || (ceiling != nil && *ceiling < best) {
		return f, false, nil
	}
	l := chart.Lines{Title: title(experiment, fmt.Sprintf("share of seeds with %s = %s", m.Name, Number(best))), XLabel: stepsLabel(runs),
		YRange: &[2]float64{0, 1.02}, Steps: true}
	for _, p := range runs {
		panel := chart.Panel{Title: p.fixed}
		for _, b := range p.bundles {
			line, band := b.reached()
			panel.Series = append(panel.Series, chart.Series{Name: b.name, Tint: b.tint, Main: line, Band: band})
		}
		l.Panels = append(l.Panels, panel)
	}
	d, err := l.Draw(fmt.Sprintf("Share of seeds whose %s is %s, over outer steps, with intervals.", m.Name, Number(best)))
	if err != nil {
		return f, false, err
	}
	caption := fmt.Sprintf("Share of seeds whose %s is %s, the most there is, at that step; band: 95 %% Wilson interval. "+
		"A diverged run counts as not there.", m.Name, Number(best))
	return drawn(d, l.Title, caption+leftOut(left), "coverage", experiment, m.Name), true, nil
}

// reached is the share of the runs that are at their best, at the steps where
// every run that counts has a value or has diverged.
func (b bundle) reached() (line []chart.XY, band []chart.Range) {
	grid := b.grid()
	x, n, known := make([]int, len(grid)), 0, make([]int, len(grid))
	for _, r := range b.runs {
		if !r.counts() {
			continue
		}
		n++
		r.worst = math.Inf(-1) // gone, whatever the scale
		for i, v := range r.on(grid) {
			if v == r.best {
				x[i]++
			}
			if !math.IsNaN(v) {
				known[i]++
			}
		}
	}
	for i, step := range grid {
		if known[i] < n {
			continue
		}
		w := stats.Wilson(x[i], n)
		line = append(line, chart.XY{X: float64(step), Y: float64(x[i]) / float64(n)})
		band = append(band, chart.Range{X: float64(step), Low: w.Low, High: w.High})
	}
	return line, band
}
