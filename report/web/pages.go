package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sweep/storage"
)

// livePages are the pages that change by themselves, by their path.
func (s *Server) livePages() map[string]livePage {
	return map[string]livePage{
		"/{$}":                         {"home", []string{"home-sweeps"}, s.askHome},
		"/sweeps/{sweep}":              {"sweep", []string{"sweep-progress"}, s.askSweep},
		"/sweeps/{sweep}/{experiment}": {"experiment", []string{"experiment-progress", "experiment-numbers", "experiment-trials"}, s.askExperiment},
		"/trials/{trial}":              {"trial", []string{"trial-facts", "trial-values", "trial-numbers", "trial-gallery", "trial-attempts"}, s.askTrial},
		"/compare/{sweep}":             {"compare", []string{"compare-answer"}, s.askCompare},
	}
}

// maxName bounds names in paths and queries, bytes.
const maxName = 300

// name reads a name from the path or the query. Names are looked up, never
// put together with anything, so their form is not judged.
func name(text string) (string, error) {
	if len(text) > maxName || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", mistake("A name in the address is not one.")
	}
	return text, nil
}

// asked reads the values of a request; the first mistake is kept.
type asked struct {
	r   *http.Request
	err error
}

func (a *asked) keep(err error) {
	if a.err == nil {
		a.err = err
	}
}

func (a *asked) path(key string) string {
	n, err := name(a.r.PathValue(key))
	if err == nil && n == "" {
		err = notFound("There is no such page.")
	}
	a.keep(err)
	return n
}

func (a *asked) text(key string) string {
	n, err := name(a.r.URL.Query().Get(key))
	a.keep(err)
	return n
}

// choice reads one of a fixed set, "" for none.
func (a *asked) choice(key string, of ...string) string {
	v := a.text(key)
	if v != "" && !slices.Contains(of, v) {
		a.keep(mistake(key + " is one of " + strings.Join(of, ", ") + "."))
	}
	return v
}

// number reads a whole number from 0 to most, 0 for none.
func (a *asked) number(key string, most int) int {
	v := a.text(key)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		a.keep(mistake(key + " is a whole number from 0 to " + strconv.Itoa(most) + "."))
	}
	return n
}

// hash reads a trial's hash from the path.
func (a *asked) hash() string {
	h := a.path("trial")
	if len(h) != 64 || strings.Trim(h, "0123456789abcdef") != "" {
		a.keep(notFound("A trial is named by the 64 digits of its hash."))
	}
	return h
}

// mark reads the place after which a list goes on.
func (a *asked) mark(into any) bool {
	text := a.r.URL.Query().Get("after")
	if text == "" {
		return false
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil && len(text) < 4*maxName {
		err = json.Unmarshal(data, into)
	}
	if err != nil || len(text) >= 4*maxName {
		a.keep(mistake("The list cannot go on from there; begin it again."))
		return false
	}
	return true
}

// markOf spells a place in a list for an address.
func markOf(place any) string {
	data, err := json.Marshal(place)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// noCharts is a view without any.
type noCharts struct{}

func (noCharts) charts() map[string]*chart { return nil }

// pageRows is how many rows a list shows at a time.
const pageRows = 50

// homeQuestion asks for a page of sweeps.
type homeQuestion struct {
	s     *Server
	after storage.SweepMark
}

// homeView is the list of sweeps.
type homeView struct {
	noCharts
	Sweeps []sweepRow
	First  bool
	Next   string // mark of the next page
}

// sweepRow is a sweep on the list.
type sweepRow struct {
	storage.SweepLine
	Left *float64 // seconds
	Bar  bar
}

func (homeView) title() string { return "Sweeps" }

func (s *Server) askHome(r *http.Request) (question, error) {
	a := &asked{r: r}
	q := homeQuestion{s: s}
	a.mark(&q.after)
	_, err := name(q.after.Name)
	a.keep(err)
	return q, a.err
}

func (q homeQuestion) key() string {
	return q.after.Name + " " + q.after.Submitted.Format(time.RFC3339Nano)
}

func (q homeQuestion) load(ctx context.Context) (view, error) {
	lines, err := q.s.Source.SweepLines(ctx, q.after, pageRows+1)
	if err != nil {
		return nil, err
	}
	v := homeView{First: q.after.Name == ""}
	if len(lines) > pageRows {
		lines = lines[:pageRows]
		last := lines[pageRows-1]
		v.Next = markOf(storage.SweepMark{Submitted: last.Submitted, Name: last.Name})
	}
	for _, l := range lines {
		v.Sweeps = append(v.Sweeps, sweepRow{l, left(l.StepsTotal-l.StepsDone, l.Rate), newBar(l.Counts)})
	}
	return v, nil
}

// sweepQuestion asks for one sweep.
type sweepQuestion struct {
	s     *Server
	sweep string
}

// sweepView is a sweep by experiment.
type sweepView struct {
	noCharts
	storage.Sweep
	Total       experimentRow
	Experiments []experimentRow
	HasReport   bool
}

// experimentRow is an experiment, or their sum.
type experimentRow struct {
	storage.ExperimentLine
	Left *float64
	Bar  bar
}

func (v sweepView) title() string { return v.Name }

func (s *Server) askSweep(r *http.Request) (question, error) {
	a := &asked{r: r}
	return sweepQuestion{s, a.path("sweep")}, a.err
}

func (q sweepQuestion) key() string { return q.sweep }

func (q sweepQuestion) load(ctx context.Context) (view, error) {
	w, err := q.s.Source.Sweep(ctx, q.sweep)
	if err != nil {
		return nil, err
	}
	lines, err := q.s.Source.ExperimentLines(ctx, q.sweep, "")
	if err != nil {
		return nil, err
	}
	_, _, _, err = q.s.Source.Report(ctx, q.sweep)
	v := sweepView{Sweep: w, HasReport: err == nil}
	for _, l := range lines {
		v.Experiments = append(v.Experiments, rowOf(l))
	}
	v.Total = rowOf(total(lines))
	return v, nil
}

func rowOf(l storage.ExperimentLine) experimentRow {
	return experimentRow{l, left(l.StepsTotal-l.StepsDone, l.Rate), newBar(l.Counts)}
}

// total adds experiments up.
func total(lines []storage.ExperimentLine) (t storage.ExperimentLine) {
	for _, l := range lines {
		t.Counts = sum(t.Counts, l.Counts)
		t.StepsDone, t.StepsTotal = t.StepsDone+l.StepsDone, t.StepsTotal+l.StepsTotal
		t.Rate, t.Attempts, t.Seconds = t.Rate+l.Rate, t.Attempts+l.Attempts, t.Seconds+l.Seconds
		t.CPUSeconds += l.CPUSeconds
		t.StepsTrained, t.RolledBack = t.StepsTrained+l.StepsTrained, t.RolledBack+l.RolledBack
	}
	return t
}

// bar is trials by state as a band of 100 units.
type bar struct {
	Parts []barPart
	Alt   string
}

// barPart is one state's share.
type barPart struct {
	State    string
	N        int
	At, Wide float64
}

func newBar(c storage.Counts) bar {
	var b bar
	var words []string
	at := 0.0
	for _, p := range []barPart{{State: "finished", N: c.Finished}, {State: "diverged", N: c.Diverged}, {State: "failed", N: c.Failed},
		{State: "cancelled", N: c.Cancelled}, {State: "running", N: c.Running}, {State: "dispatched", N: c.Dispatched}, {State: "pending", N: c.Pending}} {
		if p.N == 0 {
			continue
		}
		p.At, p.Wide = round(at), round(100*float64(p.N)/float64(c.Total()))
		at += p.Wide
		b.Parts = append(b.Parts, p)
		words = append(words, strconv.Itoa(p.N)+" "+p.State)
	}
	b.Alt = strings.Join(words, ", ")
	return b
}
