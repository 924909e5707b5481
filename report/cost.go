package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"sweep/storage"
)

// costs are what trials took, by trial hash.
type costs map[string]trialCost

// trialCost sums a trial's attempts up.
type trialCost struct {
	seconds  float64 // that workers held it
	cpu      float64 // processor seconds of its training threads
	measured bool    // cpu was, on every attempt
	steps    int64   // outer iterations trained, those done twice included
}

// cellCost is one row of the cost table.
type cellCost struct {
	Cell     string
	Trials   int // with an attempt
	Seconds  float64
	CPU      *float64 // processor seconds, nil unless measured for every attempt
	Each     *float64 // mean seconds of a finished trial
	EachCPU  *float64 // the same in processor seconds
	Ratio    *float64 // EachCPU against the cheapest cell's, or Each where it was not measured everywhere
	Steps    int64
	Updates  *int64 // gradients of the discriminator, nil for a task without k
	Repeated int64  // of Steps, those that a rollback made necessary
}

// costsOf sums attempts up. An attempt that was lost counts to its last word.
func costsOf(attempts []storage.Attempt) costs {
	out := costs{}
	for _, a := range attempts {
		end := a.LastSeen
		if a.Ended != nil {
			end = *a.Ended
		}
		c, seen := out[a.TrialID]
		c.measured = (c.measured || !seen) && a.CPUSeconds != nil
		if a.CPUSeconds != nil {
			c.cpu += *a.CPUSeconds
		}
		c.seconds += max(0, end.Sub(a.Started).Seconds())
		c.steps += max(0, max(0, a.LastStep)-max(0, a.FromStep))
		out[a.TrialID] = c
	}
	return out
}

// table is the cost of every cell.
func (c costs) table(cells []*cell) []cellCost {
	out := make([]cellCost, len(cells))
	for i, cell := range cells {
		out[i] = c.of(cell)
	}
	each := func(row cellCost) *float64 { return row.EachCPU }
	if slices.ContainsFunc(out, func(row cellCost) bool { return row.Each != nil && row.EachCPU == nil }) {
		each = func(row cellCost) *float64 { return row.Each }
	}
	least := math.Inf(1)
	for _, row := range out {
		if e := each(row); e != nil && *e > 0 {
			least = min(least, *e)
		}
	}
	for i := range out {
		if e := each(out[i]); e != nil && finite(least) {
			ratio := *e / least
			out[i].Ratio = &ratio
		}
	}
	return out
}

func (c costs) of(cell *cell) cellCost {
	row := cellCost{Cell: cell.name}
	var finished, finishedCPU []float64
	updates, known, cpu, measured := int64(0), true, 0.0, true
	for _, t := range cell.trials {
		cost, tried := c[t.ID]
		if !tried {
			continue
		}
		row.Trials++
		row.Seconds += cost.seconds
		cpu, measured = cpu+cost.cpu, measured && cost.measured
		row.Steps += cost.steps
		row.Repeated += max(0, cost.steps-max(0, t.Step))
		per, ok := updatesPerStep(t)
		known = known && ok
		updates += cost.steps * per
		if t.State == storage.Finished {
			finished, finishedCPU = append(finished, cost.seconds), append(finishedCPU, cost.cpu)
		}
	}
	row.Each = Summarize(finished).Mean
	if known && row.Trials > 0 {
		row.Updates = &updates
	}
	if measured && row.Trials > 0 {
		row.CPU, row.EachCPU = &cpu, Summarize(finishedCPU).Mean
	}
	return row
}

// updatesPerStep is the number of the discriminator's gradients in one outer
// iteration: one for each look-ahead step, and one at k = 0 too (experiments.md
// §1.0). The way back of the full gradient is not among them.
func updatesPerStep(t storage.Final) (int64, bool) {
	var p struct {
		K *int64 `json:"k"`
	}
	if json.Unmarshal(t.Params, &p) != nil || p.K == nil {
		return 0, false
	}
	return max(1, *p.K), true
}

// total adds up what a page's trials took.
func (c costs) total() (trials int, seconds float64, steps int64) {
	ids := slices.Sorted(maps.Keys(c)) // one order of adding, the same sum
	for _, id := range ids {
		seconds += c[id].seconds
		steps += c[id].steps
	}
	return len(c), seconds, steps
}

// duration writes seconds for people: 4.25 s, 3 min 20 s, 2 h 05 min.
func duration(seconds float64) string {
	d := time.Duration(math.Round(seconds)) * time.Second
	switch {
	case seconds < 10:
		return Number(seconds) + " s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// grouped writes a whole number with thin spaces between thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
