package report

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"path/filepath"
	"strings"
	"time"

	"sweep/report/chart"
	"sweep/storage"
	"sweep/sweeps"
)

// Meta is what a page is asked for and what it says of the program that makes
// it.
type Meta struct {
	Version string  // program and build in words
	Only    Options // one experiment, another metric; the page is about last values by cell
}

// Document is a report: the page, and its figures as files of their own.
type Document struct {
	HTML    []byte
	Figures []Figure
}

//go:embed page.html.tmpl
var pageText string

// Page is Build without the figures' files.
func Page(ctx context.Context, src Source, blobs Blobs, sweep string, meta Meta) ([]byte, error) {
	d, err := Build(ctx, src, blobs, sweep, meta)
	return d.HTML, err
}

// Build makes a sweep's report as it stands. Unfinished trials are shown as
// such; objects that are missing or damaged are listed on the page. The page
// stays below 10 MB: what is left out of it is counted, and figures that do not
// fit are in Document.Figures all the same.
func Build(ctx context.Context, src Source, blobs Blobs, sweep string, meta Meta) (Document, error) {
	view, err := gather(ctx, src, blobs, sweep, meta)
	if err != nil {
		return Document{}, fmt.Errorf("report of sweep %s: %w", sweep, err)
	}
	t, err := template.New("page").Funcs(functions()).Parse(pageText)
	if err != nil {
		return Document{}, fmt.Errorf("read the page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return Document{}, fmt.Errorf("write the report of sweep %s: %w", sweep, err)
	}
	out := Document{HTML: b.Bytes()}
	for _, e := range view.Experiments {
		for _, f := range e.figures() {
			out.Figures = append(out.Figures, *f)
		}
	}
	return out, nil
}

// tell numbers figures whose names would be one file.
func tell(experiments []*experimentView) {
	seen := map[string]bool{}
	for _, e := range experiments {
		for _, f := range e.figures() {
			extension := filepath.Ext(f.Name)
			stem := strings.TrimSuffix(f.Name, extension)
			for n := 2; seen[strings.ToLower(f.Name)]; n++ {
				f.Name = fmt.Sprintf("%s-%d%s", stem, n, extension)
			}
			seen[strings.ToLower(f.Name)] = true
		}
	}
}

func functions() template.FuncMap {
	return template.FuncMap{
		"num":      number,
		"signed":   signed,
		"interval": interval,
		"class":    chart.Class,
		"style":    func() template.CSS { return template.CSS(chart.CSS()) }, // #nosec G203 -- our own constants
		"time":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
		"short":    func(id string) string { return fmt.Sprintf("%.12s", id) },
		"join":     strings.Join,
		"listed":   listed,
		"cell":     cellName,
		"versus":   versus,
		"duration": duration,
		"grouped":  grouped,
		"percent":  func(v float64) string { return Number(100*v) + " %" },
		"figure":   func(f Figure) *Figure { return &f },
		"p":        pCell,
	}
}

// pCell writes the p of a test, or of none.
func pCell(v any) string {
	switch p := v.(type) {
	case float64:
		return PValue(p)
	case *float64:
		if p != nil {
			return PValue(*p)
		}
	}
	return "–"
}

func signed(v *float64) string {
	if v == nil {
		return "–"
	}
	return Signed(*v)
}

// Bounds on the page's tables over all experiments; each experiment gets its
// share, and the page says how many rows it leaves out.
const (
	maxTableRows = 300
	leastRows    = 6
	maxText      = 200_000 // bytes of the sweep's file
)

// pageView is what the template shows.
type pageView struct {
	Name, File    string
	Description   string // the file's own words
	Text          string // the sweep file, verbatim
	Cut           bool   // it was too long to show in full
	State         storage.SweepState
	Revision      int64
	Submitted, At time.Time
	Counts        storage.Counts
	StepsDone     int64
	StepsTotal    int64
	Answers       []answerView
	Cost          string // of the whole sweep
	Note          string
	Experiments   []*experimentView
	Rows          int // bound on each experiment's tables
	Attempts      attemptsView
	Unwell        []trialView // diverged, failed, cancelled
	UnwellLeft    int
	Problems      []string
	ProblemsLeft  int
	Definitions   []definition
	Provenance    provenanceView
	Version       string
}

// Waiting counts the trials that have no outcome yet.
func (v *pageView) Waiting() int { return v.Counts.Total() - v.Counts.Settled() }

// trialView names a trial for people.
type trialView struct {
	ID, Experiment, Cell, State, Reason string
	Seed, Step                          int64
}

func gather(ctx context.Context, src Source, blobs Blobs, sweep string, meta Meta) (*pageView, error) {
	compare, err := newComparer(ctx, src, sweep, Options{Experiment: meta.Only.Experiment, Metric: meta.Only.Metric})
	if err != nil {
		return nil, err
	}
	p := compare.progress
	if p.Experiments, err = chosen(p, meta.Only.Experiment); err != nil {
		return nil, err
	}
	v := &pageView{Name: p.Name, File: filepath.Base(p.File), Text: string(p.Text[:min(len(p.Text), maxText)]), Cut: len(p.Text) > maxText,
		State: p.State, Revision: p.Revision, Submitted: p.Submitted, At: p.At, Note: Note + compare.problem, Version: meta.Version}
	if spec, err := sweeps.Parse(p.File, p.Text); err == nil {
		v.Description = spec.Description
	}
	v.Rows = max(leastRows, maxTableRows/max(1, len(p.Experiments)))
	for i, e := range p.Experiments {
		v.add(e)
		x, err := gatherExperiment(ctx, compare, src, sweep, e)
		if err != nil {
			return nil, fmt.Errorf("experiment %s: %w", e.Name, err)
		}
		x.Number = i + 1
		problems, err := x.draw(ctx, src, blobs, sweep)
		if err != nil {
			return nil, fmt.Errorf("experiment %s: %w", e.Name, err)
		}
		v.Experiments = append(v.Experiments, x)
		v.Problems = append(v.Problems, problems...)
		fit(x.figures(), pageBytes/len(p.Experiments))
	}
	tell(v.Experiments)
	attempts, err := src.Attempts(ctx, sweep)
	if err != nil {
		return nil, fmt.Errorf("read its attempts: %w", err)
	}
	v.finish(attempts, p)
	return v, nil
}

// chosen picks the experiments that the page is about, in file order.
func chosen(p storage.SweepProgress, name string) ([]storage.ExperimentProgress, error) {
	if _, err := choose(p, name); err != nil || name == "" {
		return p.Experiments, err
	}
	var out []storage.ExperimentProgress
	for _, e := range p.Experiments {
		if e.Name == name {
			out = append(out, e)
		}
	}
	return out, nil
}

// finish adds what concerns all experiments: costs, the answer, what happened
// on the way, where the numbers come from.
func (v *pageView) finish(attempts []storage.Attempt, p storage.SweepProgress) {
	costs := costsOf(attempts)
	trials := map[string]storage.Final{}
	room := maxAnswer
	for _, x := range v.Experiments {
		x.Costs = costs.table(x.cells)
		a := x.answer(costs, x.cells, room)
		room -= len(a.Statements)
		v.Answers = append(v.Answers, a)
		v.note(x.finals, trials)
	}
	if n := len(v.Problems); n > maxListed {
		v.Problems, v.ProblemsLeft = v.Problems[:maxListed], n-maxListed
	}
	var own []storage.Attempt
	for _, a := range attempts {
		if _, ok := trials[a.TrialID]; ok {
			own = append(own, a)
		}
	}
	if n, seconds, steps := costsOf(own).total(); n > 0 {
		v.Cost = fmt.Sprintf("In all, %s took %s of worker time and %s outer iterations.", plural(n, "trial"), duration(seconds), grouped(steps))
	}
	v.Attempts = newAttempts(own, trials, p)
	v.Provenance = newProvenance(own)
	v.Definitions = definitions(v.Experiments)
}

// add sums an experiment's progress up.
func (v *pageView) add(e storage.ExperimentProgress) {
	v.StepsDone += e.StepsDone
	v.StepsTotal += e.StepsTotal
	c := &v.Counts
	c.Pending += e.Pending
	c.Dispatched += e.Dispatched
	c.Running += e.Running
	c.Finished += e.Finished
	c.Diverged += e.Diverged
	c.Failed += e.Failed
	c.Cancelled += e.Cancelled
}

// maxUnwell bounds the table of trials that did not finish.
const maxUnwell = 200

// note collects what the page says of single trials.
func (v *pageView) note(finals []storage.Final, trials map[string]storage.Final) {
	for _, f := range finals {
		if _, known := trials[f.ID]; !known {
			trials[f.ID] = f
		}
		if f.State != storage.Diverged && f.State != storage.Failed && f.State != storage.Cancelled {
			continue
		}
		if len(v.Unwell) == maxUnwell {
			v.UnwellLeft++
			continue
		}
		v.Unwell = append(v.Unwell, trialView{f.ID, f.Experiment, cellName(f.Cell), string(f.State), f.Reason, f.Seed, f.Step})
	}
}
