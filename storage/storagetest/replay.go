package storagetest

import (
	"math"

	"sweep/storage"
)

// replayed is a trial that lost steps 11 to 30 of two metrics.
func (w *world) replayed() (hash string, fence int64) {
	w.Helper()
	hash, workflow := w.dispatched()
	f := w.claim(hash, workflow).Fence
	w.commit(hash, f, 10, Span("loss", 0, 10), At("score", 0, 10))
	w.commit(hash, f, -1, Span("loss", 11, 20), At("score", 20))
	w.commit(hash, f, -1, Span("loss", 21, 30), At("score", 30))
	return hash, w.claim(hash, workflow).Fence
}

func (w *world) wantNondeterministic(hash string, want bool) {
	w.Helper()
	t, err := w.Trial(w.ctx, hash)
	w.must(err)
	if t.Nondeterministic != want {
		w.Fatalf("nondeterministic is %v, want %v", t.Nondeterministic, want)
	}
}

// with changes one point of a chunk.
func with(c storage.Chunk, i int, v float64) storage.Chunk {
	c.Values[i] = v
	return c
}

var replayTests = []pointsTest{
	{"a replay with the same values is deterministic, whatever its chunks", func(w *world) {
		hash, f := w.replayed()
		w.commit(hash, f, -1, Span("loss", 11, 13), Span("loss", 14, 27), At("score", 20))
		w.commit(hash, f, 40, Span("loss", 28, 40), At("score", 30, 40))
		w.wantNondeterministic(hash, false)
		w.wantPoints(hash, Span("loss", 0, 40))
		w.wantPoints(hash, At("score", 0, 10, 20, 30, 40))
	}},
	{"one bit of difference marks the trial, and the new point stands", func(w *world) {
		hash, f := w.replayed()
		c := with(Span("loss", 11, 30), 1, math.Nextafter(Value("loss", 12), 9))
		w.commit(hash, f, -1, c)
		w.wantNondeterministic(hash, true)
		if got := w.points(hash, "loss"); !SameValue(got.Values[12], c.Values[1]) {
			w.Fatalf("the point at step 12 is %v, want %v", got.Values[12], c.Values[1])
		}
	}},
	{"minus zero is not zero, and NaN is NaN", func(w *world) {
		hash, f := w.replayed() // step 12 is -0, step 17 NaN
		w.commit(hash, f, -1, with(Span("loss", 11, 20), 6, math.Float64frombits(0x7ff8000000000bad)))
		w.wantNondeterministic(hash, false)
		w.commit(hash, f, -1, with(Span("loss", 21, 30), 5, 0))
		w.wantNondeterministic(hash, true)
	}},
	{"a missing point is a difference", func(w *world) {
		hash, f := w.replayed()
		w.commit(hash, f, -1, At("loss", 11, 12, 14))
		w.wantNondeterministic(hash, true)
	}},
	{"a point that was not there before is a difference", func(w *world) {
		hash, workflow := w.dispatched()
		w.commit(hash, w.claim(hash, workflow).Fence, -1, At("loss", 1, 3))
		w.commit(hash, w.claim(hash, workflow).Fence, -1, At("loss", 1, 2, 3))
		w.wantNondeterministic(hash, true)
	}},
	{"replays are compared with every earlier one", func(w *world) {
		hash, f := w.replayed()
		w.commit(hash, f, -1, Span("loss", 11, 12))
		f = w.claim(hash, "group/"+hash).Fence
		w.commit(hash, f, -1, with(Span("loss", 11, 30), 19, 42))
		w.wantNondeterministic(hash, true)
	}},
	{"another digest at a replayed checkpoint or artifact is a difference", func(w *world) {
		for _, artifact := range []bool{false, true} {
			word := map[bool]string{false: "p", true: "q"}[artifact]
			w.submit(storage.Sweep{Name: word}, word)
			_, _, err := w.Dispatch(w.ctx, word, 0, storage.Packing{})
			w.must(err)
			hash, workflow := Hash(word), "group/"+Hash(word)
			for i, want := range []bool{false, false, true} {
				claim, err := w.Claim(w.ctx, Request(hash, workflow), refuse)
				w.must(err)
				c := CommitOf(hash, claim.Fence, 10)
				digest := Hash([]string{"x", "x", "y"}[i])
				if artifact {
					c.Checkpoint, c.Artifacts = nil, []storage.Artifact{{Name: "samples", Step: 10, Key: "k", SHA256: digest}}
				} else {
					c.Checkpoint.SHA256 = digest
				}
				_, err = w.Commit(w.ctx, c)
				w.must(err)
				w.wantNondeterministic(hash, want)
			}
		}
	}},
}
