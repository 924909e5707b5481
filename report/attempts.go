package report

import (
	"cmp"
	"slices"
	"time"

	"sweep/storage"
)

// maxAttemptRows bounds the table of attempts; what it leaves out is counted.
const maxAttemptRows = 200

// attemptsView says what happened to the trials on the way: which attempts
// there were, what was rolled back, what did not replay alike.
type attemptsView struct {
	Total            int
	Trials           int // trials that were attempted
	Resumed          int // of them, with more than one attempt
	RolledBack       int64
	Nondeterministic []trialView
	Rows             []attemptRow // of resumed trials
	Left             int          // rows beyond the bound
}

// attemptRow is one attempt. Outcome "lost" means that its process died or went
// silent.
type attemptRow struct {
	storage.Attempt
	Experiment, Cell string
	Seed             int64
	From, To         int64 // steps; 0 for the beginning
	Took             time.Duration
}

func newAttempts(attempts []storage.Attempt, trials map[string]storage.Final, p storage.SweepProgress) attemptsView {
	v := attemptsView{Total: len(attempts), RolledBack: p.RolledBack}
	count := map[string]int{}
	for _, a := range attempts {
		count[a.TrialID]++
	}
	v.Trials = len(count)
	for _, n := range count {
		if n > 1 {
			v.Resumed++
		}
	}
	for _, a := range attempts {
		if count[a.TrialID] < 2 {
			continue
		}
		t := trials[a.TrialID]
		end := a.LastSeen
		if a.Ended != nil {
			end = *a.Ended
		}
		v.Rows = append(v.Rows, attemptRow{a, t.Experiment, t.Cell, t.Seed, max(0, a.FromStep), max(0, a.LastStep), max(0, end.Sub(a.Started)).Round(time.Second)})
	}
	index := func(r attemptRow) int { return trials[r.TrialID].Index }
	slices.SortStableFunc(v.Rows, func(a, b attemptRow) int {
		return cmp.Or(cmp.Compare(index(a), index(b)), cmp.Compare(a.TrialID, b.TrialID), cmp.Compare(a.Fence, b.Fence))
	})
	if len(v.Rows) > maxAttemptRows {
		v.Left = len(v.Rows) - maxAttemptRows
		v.Rows = v.Rows[:maxAttemptRows]
	}
	for _, t := range trials {
		if t.Nondeterministic {
			v.Nondeterministic = append(v.Nondeterministic, trialView{t.ID, t.Experiment, t.Cell, string(t.State), t.Reason, t.Seed, t.Step})
		}
	}
	slices.SortFunc(v.Nondeterministic, func(a, b trialView) int { return cmp.Compare(trials[a.ID].Index, trials[b.ID].Index) })
	return v
}
