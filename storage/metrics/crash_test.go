package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/storagetest"
)

// crashed is a store under faults and what a test needs to look behind it.
type crashed struct {
	*testing.T
	*metrics.Store
	*faults
	ctx context.Context
}

func newCrashed(t *testing.T) *crashed {
	f := &faults{}
	return &crashed{T: t, Store: faulty(t, database(t), f), faults: f, ctx: t.Context()}
}

// trial makes a dispatched trial of its own sweep.
func (c *crashed) trial(word string) (hash, workflow string) {
	c.Helper()
	_, err := c.PutSweep(c.ctx, storage.Sweep{Name: word, Text: []byte("x")})
	c.must(err)
	_, err = c.WritePlan(c.ctx, word, []storage.Experiment{storagetest.Experiment(word)}, storagetest.Plan(word))
	c.must(err)
	_, _, err = c.Dispatch(c.ctx, word, 0, storage.Packing{})
	c.must(err)
	return storagetest.Hash(word), "group/" + storagetest.Hash(word)
}

func (c *crashed) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *crashed) claimed(hash, workflow string) storage.Claim {
	c.Helper()
	claim, err := c.Claim(c.ctx, storagetest.Request(hash, workflow), nil)
	c.must(err)
	return claim
}

func (c *crashed) committed(k storage.Commit) {
	c.Helper()
	_, err := c.Commit(c.ctx, k)
	c.must(err)
}

// full is a commit of everything a commit can hold, over steps that were
// rolled back before.
func full(hash string, fence int64) storage.Commit {
	k := storagetest.CommitOf(hash, fence, 20, storagetest.Span("loss", 11, 20), storagetest.At("score", 11, 12, 20))
	k.Artifacts = []storage.Artifact{{Name: "samples", Step: 15, Key: "k", MediaType: "m", Size: 3, SHA256: storagetest.Hash("x")}}
	k.Telemetry = []storage.Measurement{{Name: "steps_per_second", Value: 10}}
	return k
}

// prepared is a trial with a checkpoint at 10 whose steps 11 to 20 were
// rolled back once; fence is the open attempt's.
func (c *crashed) prepared(word string) (hash, workflow string, fence int64) {
	c.Helper()
	hash, workflow = c.trial(word)
	c.committed(storagetest.CommitOf(hash, c.claimed(hash, workflow).Fence, 10, storagetest.Span("loss", 0, 10)))
	k := full(hash, 2)
	k.Checkpoint = nil
	if f := c.claimed(hash, workflow).Fence; f != k.Fence {
		c.Fatalf("fence %d", f)
	}
	c.committed(k)
	return hash, workflow, c.claimed(hash, workflow).Fence
}

// operation is one call with its own retry: what the caller does when the
// answer did not come.
type operation struct {
	do   func(c *crashed, hash, workflow string, fence int64) error
	want storage.TrialState // afterwards
	last int64              // last step of loss afterwards
}

var operations = map[string]operation{
	"commit": {func(c *crashed, hash, _ string, fence int64) error {
		_, err := c.Commit(c.ctx, full(hash, fence))
		return err
	}, storage.Running, 20},
	"claim": {func(c *crashed, hash, workflow string, _ int64) error {
		_, err := c.Claim(c.ctx, storagetest.Request(hash, workflow), nil)
		return err
	}, storage.Running, 10},
	"end": {func(c *crashed, hash, _ string, fence int64) error {
		return c.End(c.ctx, storage.End{Hash: hash, Fence: fence, Outcome: "finished", Step: 10})
	}, storage.Finished, 10},
	"settle": {func(c *crashed, hash, workflow string, _ int64) error {
		_, err := c.Settle(c.ctx, storage.Settlement{Hash: hash, WorkflowID: workflow, State: storage.Failed})
		return err
	}, storage.Failed, 10},
	"plan": {func(c *crashed, hash, _ string, _ int64) error {
		_, err := c.WritePlan(c.ctx, "plan", nil, storagetest.Plan("new", "plan"))
		return err
	}, storage.Running, 10},
}

// Every message of every write is cut once before it is sent and once after it
// is answered; the call is then made again, as its callers do.
func TestAWriteCutAnywhereAndSentAgainIsWrittenOnce(t *testing.T) {
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			c := newCrashed(t)
			for _, after := range []bool{false, true} {
				for n := 1; c.cutAt(op, name, n, after); n++ {
					if n > 100 {
						t.Fatal("the write never gets through")
					}
				}
			}
			if c.cuts < 6 {
				t.Fatalf("only %d cuts: the faults do not reach the statements", c.cuts)
			}
			t.Logf("%d cuts", c.cuts)
		})
	}
}

// cutAt cuts message n of an operation; it returns false when the operation
// has fewer.
func (c *crashed) cutAt(op operation, name string, n int, after bool) bool {
	c.Helper()
	word := fmt.Sprintf("%s-%d-%v", name, n, after)
	if name == "plan" {
		word = "plan" // planned again and again
	}
	var hash, workflow string
	var fence int64
	if name != "plan" || n == 1 && !after {
		hash, workflow, fence = c.prepared(word)
	} else {
		hash = storagetest.Hash(word)
	}
	cuts := c.cuts
	c.arm(n, after)
	err := op.do(c, hash, workflow, fence)
	c.disarm()
	if cut := c.cuts > cuts; !cut {
		c.must(err)
		return false
	}
	if err != nil { // a cut after the last message may go unnoticed
		c.must(op.do(c, hash, workflow, fence))
	}
	c.wantTrial(hash, op)
	return true
}

func (c *crashed) wantTrial(hash string, op operation) {
	c.Helper()
	_, state, _, err := c.Progress(c.ctx, hash)
	c.must(err)
	s, err := c.Series(c.ctx, hash, "loss", 0, math.MaxInt64, 0)
	c.must(err)
	if got := (storage.Chunk{Steps: s.Steps, Values: s.Values}); state != op.want || !storagetest.Equal(got, storagetest.Span("loss", 0, op.last)) {
		c.Fatalf("trial is %s with loss at %v, want %s up to %d", state, s.Steps, op.want, op.last)
	}
	t, err := c.Trial(c.ctx, hash)
	c.must(err)
	attempts, err := c.Attempts(c.ctx, hash)
	c.must(err)
	var rolledBack int64
	open := 0
	for _, a := range attempts {
		rolledBack += a.RolledBack
		if a.Ended == nil {
			open++
		}
	}
	if rolledBack != 13 || t.Nondeterministic || (open == 1) != (op.want == storage.Running) || int64(len(attempts)) != t.Attempts {
		c.Fatalf("%d points rolled back, nondeterministic %v, %d of %d attempts open: %+v", rolledBack, t.Nondeterministic, open, t.Attempts, attempts)
	}
}

// A commit that is under way when another attempt claims is waited for and
// rolled back with the rest; one that comes later is stale.
func TestAClaimWaitsForACommitUnderWay(t *testing.T) {
	url := database(t)
	gate := connect(t, url)
	c := &crashed{T: t, Store: open(t, url), faults: &faults{}, ctx: t.Context()}
	hash, workflow := c.trial("a")
	fence := c.claimed(hash, workflow).Fence
	// The commit stops at the gate, after its fence was found good.
	_, err := gate.Exec(t.Context(), `
		CREATE FUNCTION store.gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END $$;
		CREATE TRIGGER gate AFTER INSERT ON store.points EXECUTE FUNCTION store.gate();
		SELECT pg_advisory_lock(42);`)
	c.must(err)
	committed, claimed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := c.Commit(c.ctx, storagetest.CommitOf(hash, fence, -1, storagetest.Span("loss", 0, 9)))
		committed <- err
	}()
	awaitWaiting(t, gate, 1)
	go func() {
		_, err := c.Claim(c.ctx, storagetest.Request(hash, workflow), nil)
		claimed <- err
	}()
	awaitWaiting(t, gate, 2)
	_, err = gate.Exec(t.Context(), `SELECT pg_advisory_unlock(42)`)
	c.must(err)
	c.must(<-committed)
	c.must(<-claimed)
	attempts, err := c.Attempts(c.ctx, hash)
	c.must(err)
	if s, err := c.Series(c.ctx, hash, "loss", 0, 100, 0); err != nil || len(s.Steps) != 0 || attempts[1].RolledBack != 10 {
		t.Fatalf("loss stands at %v, %d points rolled back, error %v; want none and 10", s.Steps, attempts[1].RolledBack, err)
	}
	if _, err := c.Commit(c.ctx, storagetest.CommitOf(hash, fence, -1, storagetest.Span("loss", 0, 9))); !errors.Is(err, storage.ErrStale) {
		t.Fatalf("a late commit: error %v, want %v", err, storage.ErrStale)
	}
}

// awaitWaiting returns when n sessions of this database wait for locks.
func awaitWaiting(t *testing.T, c *pgx.Conn, n int) {
	t.Helper()
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		var waiting int
		err := c.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting >= n {
			return
		}
	}
	t.Fatalf("%d sessions never waited for locks", n)
}
