package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"sweep/report"
	"sweep/report/web"
	"sweep/storage"
	"sweep/storage/storagetest/synthetic"
)

// noBlobs is a store without objects: the synthetic sweep has no pictures.
type noBlobs struct{}

// Get finds nothing.
func (noBlobs) Get(context.Context, string, int64, string) ([]byte, error) {
	return nil, storage.ErrNotFound
}

// pages are whole pages of the live site, and the report. Rows are kilobytes.
func (b bench) pages() []read {
	site, err := web.New(web.Config{Source: b.s, Blobs: noBlobs{}})
	if err != nil {
		return []read{{"the live site", func(context.Context, int) (int, error) { return 0, err }}}
	}
	handler := site.Handler()
	page := func(name string, path func(i int) string) read {
		return read{"page: " + name, func(ctx context.Context, i int) (int, error) { return visit(ctx, handler, path(i)) }}
	}
	always := func(path string) func(int) string { return func(int) string { return path } }
	return []read{
		page("every sweep", always("/")),
		page("the sweep", always("/sweeps/"+synthetic.Sweep)),
		page("the experiment: curves, 50 trials", always("/sweeps/"+synthetic.Sweep+"/"+synthetic.Experiment)),
		page("the experiment, by last value", always("/sweeps/"+synthetic.Sweep+"/"+synthetic.Experiment+"?sort=value")),
		page("a trial", func(i int) string {
			hash, err := b.spec.Hash(b.spread(i))
			if err != nil {
				return "/no-such-trial"
			}
			return "/trials/" + hash
		}),
		page("compare", always("/compare/"+synthetic.Sweep)),
		{"report, whole", func(ctx context.Context, _ int) (int, error) {
			html, err := report.Page(ctx, b.s, noBlobs{}, synthetic.Sweep, report.Meta{Version: "bench-pages"})
			return len(html) / 1000, err
		}},
	}
}

func visit(ctx context.Context, handler http.Handler, path string) (int, error) {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1"+path, nil)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return 0, fmt.Errorf("GET %s: status %d", path, w.Code)
	}
	return w.Body.Len() / 1000, nil
}

// pageReads are the reads that only the live page makes.
func (b bench) pageReads() []read {
	s := b.s
	list := func(sort storage.TrialSort) func(context.Context, int) (int, error) {
		return func(ctx context.Context, i int) (int, error) {
			q := storage.TrialQuery{Sweep: synthetic.Sweep, Experiment: synthetic.Experiment, Sort: sort, Metric: synthetic.Metric, Limit: 50, Descending: true}
			first, err := s.TrialLines(ctx, q)
			if err != nil || len(first) == 0 {
				return len(first), err
			}
			q.After = &first[len(first)-1].TrialMark
			second, err := s.TrialLines(ctx, q)
			return len(first) + len(second), err
		}
	}
	return []read{
		{"live: every sweep", func(ctx context.Context, _ int) (int, error) {
			return count(s.SweepLines(ctx, storage.SweepMark{}, 50))
		}},
		{"live: the experiments of a sweep", func(ctx context.Context, _ int) (int, error) {
			return count(s.ExperimentLines(ctx, synthetic.Sweep, ""))
		}},
		{"live: two pages of 50 trials, plan order", list(storage.ByPlan)},
		{"live: two pages of 50 trials, by last value", list(storage.ByValue)},
		{"live: 100 cells of an experiment", func(ctx context.Context, i int) (int, error) {
			cells, _, err := s.CellLines(ctx, synthetic.Sweep, synthetic.Experiment, 0, 100)
			return len(cells), err
		}},
		{"live: curves of 4 cells, 40 trials, 300 points each", func(ctx context.Context, i int) (int, error) {
			q := storage.CurveQuery{Sweep: synthetic.Sweep, Experiment: synthetic.Experiment, Metric: synthetic.Metric, Trials: 40, Points: 300}
			for c := range 4 {
				q.Cells = append(q.Cells, synthetic.TrialOf((b.spread(i)+c*synthetic.SeedsPerCell)%b.spec.Trials).Cell())
			}
			return count(s.Curves(ctx, q))
		}},
		{"live: last values of a trial", func(ctx context.Context, i int) (int, error) {
			return b.trial(i, func(hash string) (int, error) { return count(s.LastValues(ctx, hash)) })
		}},
	}
}
