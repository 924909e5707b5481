package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sweep/storage"
	"sweep/training"
)

// provenanceView says what made the numbers: programs, machines, data.
type provenanceView struct {
	Programs []string // versions that trained, with commit
	Dirty    bool     // one of them was built from changes that were not committed
	Engines  []string // engine versions of the trials
	Numerics []string
	Machines []string
	Workers  []string
	Data     []string // digests of data files
	Began    time.Time
	Ended    time.Time // last word of any attempt
}

// maxListed bounds each list of the provenance.
const maxListed = 20

const notRecorded = "not recorded"

func newProvenance(attempts []storage.Attempt) provenanceView {
	var v provenanceView
	for _, a := range attempts {
		v.Programs = with(v.Programs, programName(a.Program))
		v.Dirty = v.Dirty || a.Dirty
		v.Engines = with(v.Engines, engineName(a.Engine))
		v.Numerics = with(v.Numerics, a.Numerics)
		v.Machines = with(v.Machines, a.Machine)
		v.Workers = with(v.Workers, host(a.Worker))
		v.Data = with(v.Data, a.DataDigest)
		if v.Began.IsZero() || a.Started.Before(v.Began) {
			v.Began = a.Started
		}
		for _, t := range []time.Time{a.LastSeen, ended(a)} {
			if t.After(v.Ended) {
				v.Ended = t
			}
		}
	}
	for _, list := range []*[]string{&v.Programs, &v.Engines, &v.Numerics, &v.Machines, &v.Workers, &v.Data} {
		slices.Sort(*list)
		if n := len(*list); n > maxListed {
			*list = append((*list)[:maxListed:maxListed], fmt.Sprintf("and %d more", n-maxListed))
		}
	}
	return v
}

func ended(a storage.Attempt) time.Time {
	if a.Ended == nil {
		return time.Time{}
	}
	return *a.Ended
}

// with adds a name that is new and not empty.
func with(list []string, name string) []string {
	if name == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

func programName(p storage.Program) string {
	out := p.Version
	if p.Commit != "" {
		out += fmt.Sprintf(" (commit %.12s", p.Commit)
		if p.Dirty {
			out += ", with changes not committed"
		}
		out += ")"
	}
	return strings.TrimSpace(out)
}

func engineName(n int64) string {
	if n < 1 {
		return ""
	}
	return fmt.Sprint(n)
}

// host is the part of a worker's name before the process.
func host(worker string) string {
	name, _, _ := strings.Cut(worker, "/")
	return name
}

// listed writes a list of the provenance, or that there is none.
func listed(list []string) string {
	if len(list) == 0 {
		return notRecorded
	}
	return strings.Join(list, "; ")
}

// definition is one metric that the page uses.
type definition struct {
	Metric, Better, Doc string
	Truth               string // its mean on true data, by experiment
}

// definitions lists every metric of the page's tables once, in order of
// appearance.
func definitions(experiments []*experimentView) (out []definition) {
	at := map[string]int{}
	for _, e := range experiments {
		for i, score := range e.scorers {
			m := score.metric
			key := e.Task + "\x00" + m.Name
			if _, seen := at[key]; !seen {
				at[key] = len(out)
				out = append(out, definition{Metric: m.Name, Better: goal(m.Goal), Doc: m.Doc})
			}
			if c := e.Scores[i].Ceiling; c != nil {
				d := &out[at[key]]
				d.Truth = title(d.Truth, e.Name+" "+Number(*c))
			}
		}
	}
	return out
}

func goal(g training.Goal) string {
	if g == training.Minimize {
		return "lower"
	}
	return "higher"
}
