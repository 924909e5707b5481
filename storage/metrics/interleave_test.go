package metrics_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"sweep/storage"
	"sweep/storage/storagetest"
)

// hold is an attempt as its own process sees it.
type hold struct {
	workflow string
	fence    int64
	next     int64           // step to train next
	unacked  *storage.Commit // sent, not answered: to be sent again before anything else
	gone     bool            // told that it is stale, or ended
}

// key is a point as one attempt wrote it.
type key struct {
	fence  int64
	metric string
	step   int64
}

// machine runs random attempts of two groups on one trial, with connections
// cut anywhere, and checks after every move that no point is lost or doubled.
type machine struct {
	*crashed
	owner *pgx.Conn // looks behind the store
	hash  string
	holds []*hold
	sent  map[key]bool
	acked map[key]bool
	saved int64 // newest checkpoint that was acknowledged
}

func TestRandomInterleavingsWithCrashesLoseAndDoubleNothing(t *testing.T) {
	url := database(t)
	f := &faults{}
	c := &crashed{T: t, Store: faulty(t, url, f), faults: f, ctx: t.Context()}
	owner := connect(t, url)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		m := &machine{crashed: c, owner: owner, sent: map[key]bool{}, acked: map[key]bool{}, saved: -1}
		m.hash, _ = c.trial(fmt.Sprint("run ", runs))
		rt.Repeat(map[string]func(*rapid.T){
			"":       m.check,
			"claim":  m.claim,
			"commit": m.commit,
			"train":  m.commit, // most moves are this one
			"resend": m.resend,
			"end":    m.end,
		})
		m.finish(rt)
	})
	t.Logf("%d runs, %d connections cut", runs, f.cuts)
	if f.cuts < runs/2 {
		t.Fatalf("%d cuts in %d runs: the faults do not reach the statements", f.cuts, runs)
	}
}

// faultily runs one call, perhaps with a cut planted somewhere in it.
func (m *machine) faultily(rt *rapid.T, call func() error) error {
	if !rapid.Bool().Draw(rt, "crash") {
		return call()
	}
	if _, _, _, err := m.Progress(m.ctx, m.hash); err != nil { // a connection is at hand, so that the cut hits the call
		rt.Fatal(err)
	}
	m.arm(rapid.IntRange(1, 14).Draw(rt, "message"), rapid.Bool().Draw(rt, "after"))
	err := call()
	m.disarm()
	return err
}

// row is the trial as the database has it.
type row struct {
	fence    int64
	workflow string
	open     bool
	live     bool
	settled  bool
}

func (m *machine) row(rt *rapid.T) (r row) {
	err := m.owner.QueryRow(m.ctx, `SELECT fence, coalesce(workflow_id, ''), lease_until IS NOT NULL,
		coalesce(lease_until > clock_timestamp(), false), state IN ('finished', 'diverged') FROM store.trials WHERE hash = $1`, m.hash).
		Scan(&r.fence, &r.workflow, &r.open, &r.live, &r.settled)
	if err != nil {
		rt.Fatal(err)
	}
	return r
}

func (m *machine) claim(rt *rapid.T) {
	r := storagetest.Request(m.hash, rapid.SampledFrom([]string{"group/A", "group/B"}).Draw(rt, "workflow"))
	if rapid.Bool().Draw(rt, "short lease") {
		r.Lease = time.Millisecond
	}
	before := m.row(rt)
	var c storage.Claim
	err := m.faultily(rt, func() (err error) { c, err = m.Claim(m.ctx, r, nil); return err })
	time.Sleep(2 * time.Millisecond) // a short lease has run out
	switch {
	case err == nil:
		if before.settled || (before.live && before.workflow != r.WorkflowID) {
			rt.Fatalf("claimed what was %+v", before)
		}
		at := int64(-1)
		if c.Checkpoint != nil {
			at = c.Checkpoint.Step
		}
		if at < m.saved || c.Fence <= before.fence {
			rt.Fatalf("claim goes on from %d with fence %d; acknowledged was a checkpoint at %d, the fence was %d", at, c.Fence, m.saved, before.fence)
		}
		m.holds = append(m.holds, &hold{workflow: r.WorkflowID, fence: c.Fence, next: at + 1})
	case errors.Is(err, storage.ErrBusy):
		if !before.live || before.workflow == r.WorkflowID {
			rt.Fatalf("busy, although the trial was %+v", before)
		}
	case errors.Is(err, storage.ErrSettled):
		if !before.settled {
			rt.Fatalf("settled, although the trial was %+v", before)
		}
	case !wasCut(err):
		rt.Fatal(err)
	}
}

// wasCut tells a cut connection from an answer of the store.
func wasCut(err error) bool {
	for _, e := range []error{storage.ErrStale, storage.ErrBusy, storage.ErrConflict, storage.ErrInvalid, storage.ErrSettled, storage.ErrNotFound, storage.ErrNumerics} {
		if errors.Is(err, e) {
			return false
		}
	}
	return err != nil
}

// pick draws an attempt that has not been told to stop, old ones too; nil if
// there is none, and then the move does nothing.
func (m *machine) pick(rt *rapid.T) *hold {
	var alive []*hold
	for _, h := range m.holds {
		if !h.gone {
			alive = append(alive, h)
		}
	}
	if len(alive) == 0 {
		return nil
	}
	return rapid.SampledFrom(alive).Draw(rt, "attempt")
}

func (m *machine) commit(rt *rapid.T) {
	h := m.pick(rt)
	if h == nil {
		return
	}
	if h.unacked == nil {
		h.unacked = m.train(rt, h)
	}
	m.send(rt, h)
}

func (m *machine) resend(rt *rapid.T) {
	h := m.pick(rt)
	if h != nil && h.unacked != nil {
		m.send(rt, h)
	}
}

// train makes the next commit: chunks of random cuts, perhaps a checkpoint.
func (m *machine) train(rt *rapid.T, h *hold) *storage.Commit {
	first := h.next
	var chunks []storage.Chunk
	for range rapid.IntRange(1, 3).Draw(rt, "chunks") {
		last := h.next + rapid.Int64Range(0, 5).Draw(rt, "length")
		chunks = append(chunks, storagetest.Span("loss", h.next, last))
		h.next = last + 1
	}
	score := storage.Chunk{Metric: "score"}
	for s := first; s < h.next; s++ {
		if s%3 == 0 {
			score.Steps, score.Values = append(score.Steps, s), append(score.Values, storagetest.Value("score", s))
		}
	}
	if len(score.Steps) > 0 {
		chunks = append(chunks, score)
	}
	at := int64(-1)
	if rapid.Bool().Draw(rt, "checkpoint") {
		at = h.next - 1
	}
	k := storagetest.CommitOf(m.hash, h.fence, at, chunks...)
	if rapid.Bool().Draw(rt, "artifact") {
		k.Artifacts = []storage.Artifact{{Name: "samples", Step: first, Key: fmt.Sprint(h.fence, first), SHA256: storagetest.Hash(fmt.Sprint(first))}}
	}
	return &k
}

func (m *machine) each(k *storage.Commit, f func(key)) {
	for _, c := range k.Chunks {
		for _, s := range c.Steps {
			f(key{k.Fence, c.Metric, s})
		}
	}
}

func (m *machine) send(rt *rapid.T, h *hold) {
	m.each(h.unacked, func(k key) { m.sent[k] = true })
	before := m.row(rt)
	err := m.faultily(rt, func() error { _, err := m.Commit(m.ctx, *h.unacked); return err })
	stale := before.fence != h.fence || !before.open
	switch {
	case err == nil && !stale:
		m.each(h.unacked, func(k key) { m.acked[k] = true })
		if p := h.unacked.Checkpoint; p != nil {
			m.saved = max(m.saved, p.Step)
		}
		h.unacked = nil
	case errors.Is(err, storage.ErrStale) && stale:
		h.gone = true
	case !wasCut(err):
		rt.Fatalf("commit of fence %d on %+v: %v", h.fence, before, err)
	}
}

func (m *machine) end(rt *rapid.T) {
	h := m.pick(rt)
	if h == nil || h.unacked != nil { // an attempt commits what it has before it ends
		return
	}
	before := m.row(rt)
	err := m.faultily(rt, func() error {
		return m.End(m.ctx, storage.End{Hash: m.hash, Fence: h.fence, Outcome: "preempted", Step: h.next - 1})
	})
	stale := before.fence != h.fence
	switch {
	case err == nil && stale && before.fence > h.fence:
		// Said again: it had ended so before the other took over.
		h.gone = true
	case err == nil:
		h.gone = true
	case errors.Is(err, storage.ErrStale) && stale:
		h.gone = true
	case !wasCut(err):
		rt.Fatalf("end of fence %d on %+v: %v", h.fence, before, err)
	}
}
