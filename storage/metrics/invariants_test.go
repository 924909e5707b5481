package metrics_test

import (
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"sweep/storage"
	"sweep/storage/storagetest"
)

// check reads everything and compares it with what was sent and acknowledged.
func (m *machine) check(rt *rapid.T) {
	stored := m.read(rt)
	for k := range m.acked {
		if _, kept := stored[k]; !kept {
			rt.Fatalf("point %+v was acknowledged and is lost", k)
		}
	}
	rolled := 0
	for k, back := range stored {
		if !m.sent[k] {
			rt.Fatalf("point %+v was never sent", k)
		}
		if back {
			rolled++
		}
	}
	m.checkMetrics(rt)
	m.checkAttempts(rt, rolled)
}

// read expands the chunks that stand (false) and those that were rolled back
// (true); a point that is twice there under one fence is a failure.
func (m *machine) read(rt *rapid.T) map[key]bool {
	rows, _ := m.owner.Query(m.ctx, `
		SELECT p.fence, n.name, coalesce(u.step, p.first_step + (u.i - 1) * p.stride), p.back
		FROM (SELECT trial, metric, first_step, stride, fence, steps, vals, false AS back FROM store.points
		      UNION ALL SELECT trial, metric, first_step, stride, fence, steps, vals, true FROM store.rolled_back_points) p
		JOIN store.trials t ON t.id = p.trial AND t.hash = $1 JOIN store.metric_names n ON n.id = p.metric,
		unnest(p.vals, p.steps) WITH ORDINALITY AS u(value, step, i)`, m.hash)
	out := map[key]bool{}
	var k key
	var back bool
	_, err := pgx.ForEachRow(rows, []any{&k.fence, &k.metric, &k.step, &back}, func() error {
		if _, twice := out[k]; twice {
			return fmt.Errorf("point %+v is doubled", k)
		}
		out[k] = back
		return nil
	})
	if err != nil {
		rt.Fatal(err)
	}
	return out
}

// checkMetrics reads what users see: loss at every step from 0 on, score at
// every third, right values, at least up to the acknowledged checkpoint.
func (m *machine) checkMetrics(rt *rapid.T) {
	rows, _ := m.owner.Query(m.ctx, `SELECT name, step, value FROM public.metrics WHERE trial_id = $1 ORDER BY name, step`, m.hash)
	next := map[string]int64{"loss": 0, "score": 0}
	stride := map[string]int64{"loss": 1, "score": 3}
	var name string
	var step int64
	var value float64
	_, err := pgx.ForEachRow(rows, []any{&name, &step, &value}, func() error {
		if step != next[name] || !storagetest.SameValue(value, storagetest.Value(name, step)) {
			return fmt.Errorf("%s holds %v at step %d, want %v at %d", name, value, step, storagetest.Value(name, next[name]), next[name])
		}
		next[name] += stride[name]
		return nil
	})
	if err != nil {
		rt.Fatal(err)
	}
	if next["loss"] <= m.saved || next["score"] <= m.saved-2 {
		rt.Fatalf("points end before loss %d and score %d; a checkpoint at %d was acknowledged", next["loss"], next["score"], m.saved)
	}
}

func (m *machine) checkAttempts(rt *rapid.T, rolled int) {
	attempts, err := m.Attempts(m.ctx, m.hash)
	if err != nil {
		rt.Fatal(err)
	}
	open, counted := 0, int64(0)
	for _, a := range attempts {
		counted += a.RolledBack
		if a.Ended == nil {
			open++
		}
	}
	t, err := m.Trial(m.ctx, m.hash)
	if err != nil {
		rt.Fatal(err)
	}
	if counted != int64(rolled) || open > 1 || t.Nondeterministic || int64(len(attempts)) != t.Attempts {
		rt.Fatalf("%d points are rolled back, the attempts say %d; %d open of %d; nondeterministic %v", rolled, counted, open, t.Attempts, t.Nondeterministic)
	}
}

// finish trains the trial to its end without faults: it holds every point once.
func (m *machine) finish(rt *rapid.T) {
	if _, err := m.owner.Exec(m.ctx, `UPDATE store.trials SET lease_until = clock_timestamp() WHERE hash = $1 AND lease_until IS NOT NULL`, m.hash); err != nil {
		rt.Fatal(err)
	}
	c, err := m.Claim(m.ctx, storagetest.Request(m.hash, "group/C"), nil)
	if err != nil {
		rt.Fatal(err)
	}
	from := int64(0)
	if c.Checkpoint != nil {
		from = c.Checkpoint.Step + 1
	}
	k := storagetest.CommitOf(m.hash, c.Fence, from+99, storagetest.Span("loss", from, from+99))
	if _, err := m.Commit(m.ctx, k); err != nil {
		rt.Fatal(err)
	}
	if err := m.End(m.ctx, storage.End{Hash: m.hash, Fence: c.Fence, Outcome: "finished", Step: from + 99}); err != nil {
		rt.Fatal(err)
	}
	s, err := m.Series(m.ctx, m.hash, "loss", 0, math.MaxInt64, 0)
	if err != nil || !storagetest.Equal(storage.Chunk{Steps: s.Steps, Values: s.Values}, storagetest.Span("loss", 0, from+99)) {
		rt.Fatalf("at the end loss stands at %v, error %v", s.Steps, err)
	}
}
