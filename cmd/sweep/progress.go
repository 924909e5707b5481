package main

import (
	"fmt"
	"time"

	"sweep/report"
	"sweep/storage"
)

// pace measures how fast a sweep goes: steps over a sliding window, trials
// since watching began.
type pace struct {
	marks   []mark // ascending, the last window's
	settled int    // at the first mark
	began   time.Time
}

// mark is what was done at one moment, by experiment.
type mark struct {
	at    time.Time
	steps map[string]int64
}

// window is long against the two seconds between commits.
const window = 30 * time.Second

// see takes one reading.
func (p *pace) see(s storage.SweepProgress, now time.Time) {
	c, _, _ := sums(s)
	if p.began.IsZero() {
		p.began, p.settled = now, c.Settled()
	}
	m := mark{now, map[string]int64{}}
	for _, e := range s.Experiments {
		m.steps[e.Name] = e.StepsDone
	}
	p.marks = append(p.marks, m)
	for len(p.marks) > 2 && now.Sub(p.marks[1].at) >= window {
		p.marks = p.marks[1:]
	}
}

// steps is an experiment's outer steps per second; 0 while unknown. Steps that
// were rolled back count against it, and it never falls below 0.
func (p *pace) steps(experiment string) float64 {
	if len(p.marks) < 2 {
		return 0
	}
	first, last := p.marks[0], p.marks[len(p.marks)-1]
	seconds := last.at.Sub(first.at).Seconds()
	if seconds <= 0 {
		return 0
	}
	return max(0, float64(last.steps[experiment]-first.steps[experiment])/seconds)
}

// trials is settled trials per second since watching began.
func (p *pace) trials(s storage.SweepProgress, now time.Time) float64 {
	c, _, _ := sums(s)
	seconds := now.Sub(p.began).Seconds()
	if seconds <= 0 {
		return 0
	}
	return max(0, float64(c.Settled()-p.settled)/seconds)
}

// left is how long the experiment still takes at its pace; false while that is
// unknown. Steps that a diverged trial will never take are not waited for.
func (p *pace) left(e storage.ExperimentProgress) (time.Duration, bool) {
	rate := p.steps(e.Name)
	if rate <= 0 || e.StepsTotal <= e.StepsDone || e.Settled() == e.Total() {
		return 0, false
	}
	return time.Duration(float64(e.StepsTotal-e.StepsDone) / rate * float64(time.Second)).Round(time.Second), true
}

// describe is an experiment's line: trials, share of steps, pace, time left,
// last score.
func (p *pace) describe(e storage.ExperimentProgress) string {
	line := fmt.Sprintf("%d/%d trials", e.Settled(), e.Total())
	if rate := p.steps(e.Name); rate > 0 {
		line += "  " + report.Number(rate) + " steps/s"
	}
	if left, ok := p.left(e); ok {
		line += "  " + left.String() + " left"
	}
	if e.Last != nil {
		line += fmt.Sprintf("  %s %s", e.Metric, report.Number(*e.Last))
	}
	return line + unwell(e.Counts)
}

// unwell counts what did not finish.
func unwell(c storage.Counts) string {
	out := ""
	if c.Diverged > 0 {
		out += fmt.Sprintf("  %d diverged", c.Diverged)
	}
	if c.Failed > 0 {
		out += fmt.Sprintf("  %d failed", c.Failed)
	}
	if c.Cancelled > 0 {
		out += fmt.Sprintf("  %d cancelled", c.Cancelled)
	}
	return out
}

// footer is the sweep's own line below its experiments.
func (p *pace) footer(s storage.SweepProgress, now time.Time) string {
	line := fmt.Sprintf("%s  %s", s.Name, s.State)
	if rate := p.trials(s, now); rate > 0 {
		line += "  " + report.Number(rate) + " trials/s"
	}
	line += "  " + count(s.Slots, "slot")
	if s.RolledBack > 0 {
		line += fmt.Sprintf("  %d points rolled back", s.RolledBack)
	}
	if s.Nondeterministic > 0 {
		line += fmt.Sprintf("  %s nondeterministic", count(s.Nondeterministic, "trial"))
	}
	return line
}
