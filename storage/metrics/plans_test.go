package metrics_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/storagetest/synthetic"
)

// statements is a tracer that keeps what a store asks.
type statements struct {
	mu  sync.Mutex
	all []pgx.TraceQueryStartData
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if word := strings.ToUpper(strings.Fields(d.SQL)[0]); word == "SELECT" || word == "WITH" {
		s.all = append(s.all, d)
	}
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// take returns what was asked since the last call.
func (s *statements) take() []pgx.TraceQueryStartData {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

// node is a node of a plan that was carried out.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Hit      int    `json:"Shared Hit Blocks"`
	Read     int    `json:"Shared Read Blocks"`
	Plans    []node
}

func (n node) each(f func(node)) {
	f(n)
	for _, p := range n.Plans {
		p.each(f)
	}
}

// explain carries a statement out and returns its plan.
func explain(t *testing.T, c *pgx.Conn, q pgx.TraceQueryStartData) node {
	t.Helper()
	var text []byte
	args := append([]any{pgx.QueryExecModeCacheDescribe}, q.Args...)
	if err := c.QueryRow(t.Context(), `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) `+q.SQL, args...).Scan(&text); err != nil {
		t.Fatalf("%v\n%s", err, q.SQL)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil {
		t.Fatal(err)
	}
	return plans[0].Plan
}

func second[T any](_ T, err error) error { return err }

// known is the hundredth of the full set, with its statistics up to date.
func known(t *testing.T) (url string, spec synthetic.Spec) {
	t.Helper()
	url = database(t)
	s := open(t, url)
	if err := synthetic.Fill(t.Context(), s, spec, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, url).Exec(t.Context(), `VACUUM ANALYZE`); err != nil {
		t.Fatal(err)
	}
	return url, spec
}

// Blocks of 8 kB that a read may touch: those of the rows that it needs and
// their indexes. The whole table of points has more than 1200.
func TestNoReadScansThePoints(t *testing.T) {
	url, spec := known(t)
	asked := &statements{}
	s, err := metrics.OpenTraced(t.Context(), url, asked)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := connect(t, url)
	hash, err := spec.Hash(42)
	if err != nil {
		t.Fatal(err)
	}
	asked.take()
	for name, r := range map[string]struct {
		blocks int
		call   func(context.Context) error
	}{
		"every sweep": {700, func(ctx context.Context) error { return second(s.Sweeps(ctx)) }},
		"one sweep":   {700, func(ctx context.Context) error { return second(s.SweepProgress(ctx, synthetic.Sweep)) }},
		"a page of trials": {100, func(ctx context.Context) error {
			return second(s.Trials(ctx, synthetic.Sweep, metrics.Filter{From: 50, Limit: 20}))
		}},
		"failed trials": {100, func(ctx context.Context) error {
			return second(s.Trials(ctx, synthetic.Sweep, metrics.Filter{State: storage.Failed}))
		}},
		"one trial":              {30, func(ctx context.Context) error { return second(s.Trial(ctx, hash)) }},
		"attempts of a trial":    {30, func(ctx context.Context) error { return second(s.Attempts(ctx, hash)) }},
		"attempts of a sweep":    {700, func(ctx context.Context) error { return second(s.Attempts(ctx, synthetic.Sweep)) }},
		"checkpoints of a trial": {30, func(ctx context.Context) error { return second(s.Checkpoints(ctx, hash)) }},
		"a series of a trial": {30, func(ctx context.Context) error {
			return second(s.Series(ctx, hash, synthetic.Metric, 0, math.MaxInt64, 0))
		}},
		"values at a step": {700, func(ctx context.Context) error {
			return second(s.FinalsAt(ctx, synthetic.Sweep, "ring", synthetic.Metric, 500))
		}},
		"best values": {700, func(ctx context.Context) error {
			return second(s.FinalsBest(ctx, synthetic.Sweep, "ring", synthetic.Metric, true))
		}},
		"the page's sweeps":      {700, func(ctx context.Context) error { return second(s.SweepLines(ctx, storage.SweepMark{}, 50)) }},
		"the page's experiments": {700, func(ctx context.Context) error { return second(s.ExperimentLines(ctx, synthetic.Sweep, "")) }},
		"the page's trials by plan": {700, func(ctx context.Context) error {
			return second(s.TrialLines(ctx, storage.TrialQuery{Sweep: synthetic.Sweep, Experiment: "ring", Metric: synthetic.Metric, Limit: 50}))
		}},
		"the page's trials by value": {1000, func(ctx context.Context) error {
			return second(s.TrialLines(ctx, storage.TrialQuery{Sweep: synthetic.Sweep, Experiment: "ring", Metric: synthetic.Metric, Sort: storage.ByValue, Limit: 50}))
		}},
		"the page's curves": {1000, func(ctx context.Context) error {
			return second(s.Curves(ctx, storage.CurveQuery{Sweep: synthetic.Sweep, Experiment: "ring", Metric: synthetic.Metric, Trials: 20, Points: 200,
				Cells: []string{synthetic.TrialOf(0).Cell(), synthetic.TrialOf(50).Cell()}}))
		}},
		"the page's trial": {100, func(ctx context.Context) error { return second(s.LastValues(ctx, hash)) }},
		"last values": {700, func(ctx context.Context) error {
			return second(s.Finals(ctx, synthetic.Sweep, "ring", synthetic.Metric))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := r.call(t.Context()); err != nil {
				t.Fatal(err)
			}
			total := 0
			for _, q := range asked.take() {
				plan := explain(t, c, q)
				plan.each(func(n node) {
					if strings.Contains(n.Type, "Seq Scan") && (n.Relation == "points" || n.Relation == "rolled_back_points") {
						t.Errorf("%s of %s:\n%s", n.Type, n.Relation, q.SQL)
					}
				})
				total += plan.Hit + plan.Read
			}
			if total == 0 || total > r.blocks {
				t.Errorf("%d blocks were read, want 1 to %d", total, r.blocks)
			}
		})
	}
}
