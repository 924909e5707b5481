package storagetest

import (
	"math"
	"time"

	"sweep/storage"
)

var commitTests = []pointsTest{
	{"points are read back bit for bit, even and uneven steps alike", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, -1, Span("loss", 0, 999), At("score", 0, 500, 1000, 1500), At("odd", 1, 2, 4, 8, math.MaxInt64/2), At("one", 3))
		w.commit(hash, f, -1, Span("loss", 1000, 1001), At("odd", math.MaxInt64/2+1))
		w.wantPoints(hash, Span("loss", 0, 1001))
		w.wantPoints(hash, At("score", 0, 500, 1000, 1500))
		w.wantPoints(hash, At("odd", 1, 2, 4, 8, math.MaxInt64/2, math.MaxInt64/2+1))
		w.wantPoints(hash, At("one", 3))
	}},
	{"a commit sent again is harmless", func(w *world) {
		hash, workflow := w.dispatched()
		c := CommitOf(hash, w.claim(hash, workflow).Fence, 10, Span("loss", 0, 10), At("odd", 1, 2, 4))
		c.Artifacts = []storage.Artifact{{Name: "samples", Step: 5, Key: "k", MediaType: "m", Size: 1, SHA256: Hash("x")}}
		c.Telemetry = []storage.Measurement{{Name: "steps_per_second", Value: 9}}
		for range 3 {
			_, err := w.Commit(w.ctx, c)
			w.must(err)
		}
		w.wantPoints(hash, Span("loss", 0, 10))
		w.wantPoints(hash, At("odd", 1, 2, 4))
	}},
	{"a resent chunk may travel with a new one", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, -1, Span("loss", 0, 10))
		w.commit(hash, f, -1, Span("loss", 0, 10), Span("loss", 11, 20), Span("other", 0, 3))
		w.wantPoints(hash, Span("loss", 0, 20))
	}},
	{"different content in the same place is a conflict and nothing of it is kept", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, 10, Span("loss", 0, 10))
		w.commit(hash, f, -1, Span("loss", 11, 20))
		other := Span("loss", 11, 20)
		other.Values[9] = math.Nextafter(Value("loss", 19), 9)
		for _, chunk := range []storage.Chunk{other, Span("loss", 11, 19), Span("loss", 15, 25), Span("loss", 20, 20), Span("loss", 9, 30)} {
			_, err := w.Commit(w.ctx, CommitOf(hash, f, -1, Span("fresh", 11, 12), chunk))
			w.wantErr(err, storage.ErrConflict)
		}
		p := CommitOf(hash, f, 10)
		p.Checkpoint.SHA256 = Hash("other")
		_, err := w.Commit(w.ctx, p)
		w.wantErr(err, storage.ErrConflict)
		w.wantPoints(hash, Span("loss", 0, 20))
		w.wantPoints(hash, storage.Chunk{Metric: "fresh"})
	}},
	{"a different artifact in the same place is a conflict", func(w *world) {
		hash, workflow := w.dispatched()
		c := CommitOf(hash, w.claim(hash, workflow).Fence, -1)
		for i, want := range []error{nil, nil, storage.ErrConflict} {
			c.Artifacts = []storage.Artifact{{Name: "samples", Step: 5, Key: "k", SHA256: Hash([]string{"x", "x", "y"}[i])}}
			_, err := w.Commit(w.ctx, c)
			w.wantErr(err, want)
		}
	}},
	{"malformed commits are refused whole", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, 10, Span("loss", 0, 10))
		for name, c := range malformed(hash, f) {
			if _, err := w.Commit(w.ctx, c); err == nil {
				w.Errorf("%s was accepted", name)
			} else {
				w.wantErr(err, storage.ErrInvalid)
			}
		}
		w.wantPoints(hash, Span("loss", 0, 10))
	}},
	{"a checkpoint may not cut through points that stand", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.commit(hash, f, -1, Span("loss", 0, 10))
		_, err := w.Commit(w.ctx, CommitOf(hash, f, 5))
		w.wantErr(err, storage.ErrInvalid)
		w.wantState(hash, -1, storage.Running)
	}},
	{"a stale attempt writes nothing", func(w *world) {
		hash, workflow := w.dispatched()
		old := w.claim(hash, workflow).Fence
		w.commit(hash, old, 10, Span("loss", 0, 10))
		now := w.claim(hash, workflow).Fence
		_, err := w.Commit(w.ctx, CommitOf(hash, old, 20, Span("loss", 11, 20)))
		w.wantErr(err, storage.ErrStale)
		w.wantErr(w.End(w.ctx, storage.End{Hash: hash, Fence: old, Outcome: "finished", Step: 20}), storage.ErrStale)
		w.wantState(hash, 10, storage.Running)
		w.commit(hash, now, 20, Span("loss", 11, 20))
		w.wantPoints(hash, Span("loss", 0, 20))
	}},
	{"an attempt that has ended writes nothing more", func(w *world) {
		hash, workflow := w.dispatched()
		f := w.claim(hash, workflow).Fence
		w.must(w.End(w.ctx, storage.End{Hash: hash, Fence: f, Outcome: "preempted", Step: 0}))
		_, err := w.Commit(w.ctx, CommitOf(hash, f, -1, Span("loss", 0, 1)))
		w.wantErr(err, storage.ErrStale)
		_, err = w.Commit(w.ctx, CommitOf(Hash("nobody"), 1, -1))
		w.wantErr(err, storage.ErrStale)
	}},
}

func malformed(hash string, fence int64) map[string]storage.Commit {
	uneven := At("loss", 11, 12)
	uneven.Values = uneven.Values[:1]
	noLease := CommitOf(hash, fence, -1)
	noLease.Lease = 0
	return map[string]storage.Commit{
		"a chunk of 1001 points":           CommitOf(hash, fence, -1, Span("loss", 11, 1011)),
		"steps that do not ascend":         CommitOf(hash, fence, -1, At("loss", 12, 11)),
		"a step twice":                     CommitOf(hash, fence, -1, At("loss", 12, 12)),
		"fewer values than steps":          CommitOf(hash, fence, -1, uneven),
		"chunks that overlap":              CommitOf(hash, fence, -1, Span("loss", 11, 20), Span("loss", 20, 30)),
		"a chunk across its checkpoint":    CommitOf(hash, fence, 15, Span("loss", 11, 20)),
		"points behind a saved checkpoint": CommitOf(hash, fence, -1, Span("late", 3, 4)),
		"a negative step":                  CommitOf(hash, fence, -1, At("loss", -1, 1)),
		"a metric without a name":          CommitOf(hash, fence, -1, Span("", 11, 12)),
		"an older checkpoint":              CommitOf(hash, fence, 9),
		"no lease":                         noLease,
		"an empty chunk":                   {Hash: hash, Fence: fence, Lease: time.Hour, Chunks: []storage.Chunk{{Metric: "loss"}}},
	}
}
