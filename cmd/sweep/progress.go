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

// over tells whether every trial of an experiment has settled. Its steps may
// still fall short of the total: a diverged trial takes no more.
func over(e storage.ExperimentProgress) bool { return e.Settled() == e.Total() }

// going sums what the unsettled experiments have left to do, and their pace.
func (p *pace) going(s storage.SweepProgress) (steps int64, rate float64) {
	for _, e := range s.Experiments {
		if !over(e) {
			steps += e.StepsTotal - e.StepsDone
			rate += p.steps(e.Name)
		}
	}
	return steps, rate
}

// speed spells steps per second and the time left at that pace; nothing while
// they are unknown.
func speed(steps int64, rate float64) string {
	if rate <= 0 || steps <= 0 {
		return ""
	}
	left := time.Duration(float64(steps) / rate * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("  %s steps/s  %v left", report.Number(rate), left)
}

// describe is an experiment's line: trials, pace, time left, last score.
func (p *pace) describe(e storage.ExperimentProgress) string {
	line := fmt.Sprintf("%d/%d trials", e.Settled(), e.Total())
	if !over(e) {
		line += speed(e.StepsTotal-e.StepsDone, p.steps(e.Name))
	}
	if e.Last != nil {
		line += fmt.Sprintf("  %s %s", e.Metric, report.Number(*e.Last))
	}
	return line + unwell(e.Counts, "  ")
}

// unwell counts what did not finish; each count follows a separator.
func unwell(c storage.Counts, separator string) string {
	out := ""
	for _, p := range []struct {
		n    int
		what string
	}{{c.Diverged, "diverged"}, {c.Failed, "failed"}, {c.Cancelled, "cancelled"}} {
		if p.n > 0 {
			out += fmt.Sprintf("%s%d %s", separator, p.n, p.what)
		}
	}
	return out
}

// footer is the sweep's own line below its experiments.
func (p *pace) footer(s storage.SweepProgress, now time.Time) string {
	line := fmt.Sprintf("%s  %s", s.Name, s.State)
	if rate := p.trials(s, now); rate > 0 {
		line += "  " + report.Number(rate) + " trials/s"
	}
	line += speed(p.going(s)) + "  " + count(s.Slots, "slot")
	if s.RolledBack > 0 {
		line += "  " + count(int(s.RolledBack), "point") + " rolled back"
	}
	if s.Nondeterministic > 0 {
		line += fmt.Sprintf("  %s nondeterministic", count(s.Nondeterministic, "trial"))
	}
	return line
}
