package report

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"path/filepath"
	"strings"
	"time"

	"sweep/storage"
	"sweep/training"
)

// Meta is what the page says of the program that made it.
type Meta struct {
	Version string // program and build in words
}

// Document is a report: the page, and its pictures as files of their own.
type Document struct {
	HTML    []byte
	Figures []Figure
}

//go:embed page.html.tmpl
var pageText string

// Page is Build without the picture files.
func Page(ctx context.Context, src Source, blobs Blobs, sweep string, meta Meta) ([]byte, error) {
	d, err := Build(ctx, src, blobs, sweep, meta)
	return d.HTML, err
}

// Build makes a sweep's report as it stands. Unfinished trials are shown as
// such; objects that are missing or damaged are listed on the page.
func Build(ctx context.Context, src Source, blobs Blobs, sweep string, meta Meta) (Document, error) {
	view, err := gather(ctx, src, blobs, sweep, meta)
	if err != nil {
		return Document{}, fmt.Errorf("report of sweep %s: %w", sweep, err)
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"num":    number,
		"signed": signed,
		"image":  dataURI,
		"class":  class,
		"time":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
		"short":  func(id string) string { return fmt.Sprintf("%.12s", id) },
		"join":   strings.Join,
	}).Parse(pageText)
	if err != nil {
		return Document{}, fmt.Errorf("read the page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return Document{}, fmt.Errorf("write the report of sweep %s: %w", sweep, err)
	}
	out := Document{HTML: b.Bytes()}
	for _, e := range view.Experiments {
		out.Figures = append(out.Figures, e.Figures...)
	}
	return out, nil
}

func signed(v *float64) string {
	if v == nil {
		return "–"
	}
	return Signed(*v)
}

// dataURI embeds a picture; the bytes are ours, so the URL is safe.
func dataURI(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) // #nosec G203 -- own bytes
}

// pageView is what the template shows.
type pageView struct {
	Name, File    string
	Text          string // the sweep file, verbatim
	State         storage.SweepState
	Revision      int64
	Submitted, At time.Time
	Counts        storage.Counts
	StepsDone     int64
	StepsTotal    int64
	Sentences     []string
	Unsaid        int // sentences beyond the bound; their numbers are in the tables
	Note          string
	Experiments   []experimentView
	Attempts      attemptsView
	Unwell        []trialView // diverged, failed, cancelled
	Problems      []string
	Version       string
	Engine        int
	Numerics      []string
}

// Colours are the numbers of the page's cell colours.
func (v *pageView) Colours() []int { return []int{0, 1, 2, 3, 4, 5, 6, 7} }

// Waiting counts the trials that have no outcome yet.
func (v *pageView) Waiting() int { return v.Counts.Total() - v.Counts.Settled() }

// trialView names a trial for people.
type trialView struct {
	ID, Experiment, Cell, State, Reason string
	Seed, Step                          int64
}

func gather(ctx context.Context, src Source, blobs Blobs, sweep string, meta Meta) (*pageView, error) {
	p, err := src.SweepProgress(ctx, sweep)
	if err != nil {
		return nil, fmt.Errorf("read its progress: %w", err)
	}
	v := &pageView{Name: p.Name, File: filepath.Base(p.File), Text: string(p.Text), State: p.State, Revision: p.Revision,
		Submitted: p.Submitted, At: p.At, Note: Note, Version: meta.Version, Engine: training.EngineVersion}
	trials := map[string]storage.Final{}
	for _, e := range p.Experiments {
		v.add(e)
		x, finals, problems, err := gatherExperiment(ctx, src, blobs, sweep, e)
		if err != nil {
			return nil, fmt.Errorf("experiment %s: %w", e.Name, err)
		}
		v.Experiments = append(v.Experiments, x)
		v.Problems = append(v.Problems, problems...)
		v.say(x.Main.Contrasts)
		v.note(finals, trials)
	}
	attempts, err := src.Attempts(ctx, sweep)
	if err != nil {
		return nil, fmt.Errorf("read its attempts: %w", err)
	}
	v.Attempts = newAttempts(attempts, trials, p)
	return v, nil
}

// maxSentences bounds the answer at the top of the page.
const maxSentences = 24

// say puts contrasts into the answer.
func (v *pageView) say(contrasts []Contrast) {
	for _, c := range contrasts {
		if len(v.Sentences) == maxSentences {
			v.Unsaid++
			continue
		}
		v.Sentences = append(v.Sentences, c.Sentence)
	}
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

// note collects what the page says of single trials.
func (v *pageView) note(finals []storage.Final, trials map[string]storage.Final) {
	for _, f := range finals {
		if _, known := trials[f.ID]; !known {
			trials[f.ID] = f
		}
		if f.Numerics != "" && !contains(v.Numerics, f.Numerics) {
			v.Numerics = append(v.Numerics, f.Numerics)
		}
		if f.State == storage.Diverged || f.State == storage.Failed || f.State == storage.Cancelled {
			v.Unwell = append(v.Unwell, trialView{f.ID, f.Experiment, f.Cell, string(f.State), f.Reason, f.Seed, f.Step})
		}
	}
}
