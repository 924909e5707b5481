package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"sweep/storage"
	"sweep/storage/metrics"
	"sweep/storage/storagetest"
)

// demoCell is a cell of the known sweep that readers are tested on.
type demoCell struct{ k, z int64 }

func (c demoCell) String() string { return fmt.Sprintf("k=%d z_dim=%d", c.k, c.z) }

var demoCells = []demoCell{{1, 16}, {1, 256}, {5, 16}, {5, 256}}

const (
	demoSeeds = 3
	demoSteps = 20 // steps of a trial, scored every 10
)

func demoHash(c demoCell, seed int64) string { return storagetest.Hash(fmt.Sprint("demo ", c, seed)) }

// demoScore is the number of modes: more with k, with training and by seed.
func demoScore(c demoCell, seed, step int64) float64 {
	return float64(min(8, 2+c.k+step/10*seed-c.z/256))
}

// demo writes the sweep: all trials end, k=1 z=256 seed 3 diverges, k=5 z=16
// seed 3 fails, and k=1 z=16 seed 2 is interrupted twice.
func demo(t testing.TB, url string) *metrics.Store {
	t.Helper()
	s := open(t, url)
	d := demoWriter{TB: t, Store: s, ctx: t.Context()}
	d.plan()
	for _, c := range demoCells {
		for seed := int64(1); seed <= demoSeeds; seed++ {
			d.trial(c, seed)
		}
	}
	// Times as if they had been: k=1 takes 10 s, k=5 twice as long, seeds 1 s more each.
	_, err := connect(t, url).Exec(t.Context(), `
		UPDATE store.attempts a SET started = '2030-01-01 00:00:00Z', last_seen = '2030-01-01 00:00:00Z'::timestamptz + take, ended = '2030-01-01 00:00:00Z'::timestamptz + take,
			cpu_seconds = 0.75 * extract(epoch FROM take)
		FROM (SELECT t.id, make_interval(secs => CASE WHEN (c.params->>'k')::int = 5 THEN 20 ELSE 10 END + t.seed) AS take
		      FROM store.trials t JOIN store.configs c ON c.trial = t.id) x WHERE x.id = a.trial`)
	d.must(err)
	return s
}

type demoWriter struct {
	testing.TB
	*metrics.Store
	ctx context.Context
}

func (d demoWriter) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d demoWriter) plan() {
	d.Helper()
	_, err := d.PutSweep(d.ctx, storage.Sweep{Name: "demo", File: "demo.yaml", Text: []byte("version: 1")})
	d.must(err)
	_, err = d.WritePlan(d.ctx, "demo", []storage.Experiment{{Sweep: "demo", Name: "ring", Task: "gaussians", Metric: "modes_strict",
		Goal: "maximize", Axes: []string{"k", "z_dim"}}}, func(yield func(storage.PlanRow, error) bool) {
		i := 0
		for _, c := range demoCells {
			for seed := int64(1); seed <= demoSeeds; seed++ {
				if !yield(demoRow(i, c, seed), nil) {
					return
				}
				i++
			}
		}
	})
	d.must(err)
}

func demoRow(i int, c demoCell, seed int64) storage.PlanRow {
	return storage.PlanRow{Index: i, Experiment: "ring", Hash: demoHash(c, seed), Config: []byte(`{"engine":2,"data":""}`), Task: "gaussians", Seed: seed,
		Cell: c.String(), CellValues: json.RawMessage(fmt.Sprintf(`{"k":%d,"z_dim":%d}`, c.k, c.z)),
		Params: json.RawMessage(fmt.Sprintf(`{"k":%d,"z_dim":%d,"mixture":"ring8","batch":100}`, c.k, c.z)), Steps: demoSteps, Queue: "train-cpu"}
}

func (d demoWriter) trial(c demoCell, seed int64) {
	d.Helper()
	hash := demoHash(c, seed)
	_, _, err := d.Dispatch(d.ctx, "demo", 1, storage.Packing{})
	d.must(err)
	claim := d.claim(hash)
	if c == (demoCell{1, 16}) && seed == 2 {
		d.commit(c, seed, claim.Fence, 0, 10, true)
		d.commit(c, seed, claim.Fence, 11, 15, false)
		claim = d.claim(hash)
		d.commit(c, seed, claim.Fence, 11, 12, false)
		claim = d.claim(hash)
		d.commit(c, seed, claim.Fence, 11, demoSteps, true)
	} else {
		d.commit(c, seed, claim.Fence, 0, 10, true)
		if c == (demoCell{5, 16}) && seed == 3 {
			d.fail(hash, claim.Fence)
			return
		}
		d.commit(c, seed, claim.Fence, 11, demoSteps, true)
	}
	end := storage.End{Hash: hash, Fence: claim.Fence, Outcome: "finished", Step: demoSteps}
	if c == (demoCell{1, 256}) && seed == 3 {
		end.Outcome, end.Reason = "diverged", "d_loss is NaN at step 20"
	}
	d.must(d.End(d.ctx, end))
}

func (d demoWriter) fail(hash string, fence int64) {
	d.Helper()
	d.must(d.End(d.ctx, storage.End{Hash: hash, Fence: fence, Outcome: "failed", Step: 10, Reason: "the disk is full"}))
	_, err := d.Settle(d.ctx, storage.Settlement{Hash: hash, WorkflowID: "group/" + hash, State: storage.Failed, Reason: "gave up: the disk is full"})
	d.must(err)
}

func (d demoWriter) claim(hash string) storage.Claim {
	d.Helper()
	c, err := d.Claim(d.ctx, storage.ClaimRequest{Hash: hash, WorkflowID: "group/" + hash, Worker: "host/1", Numerics: "cpu-ref", Lease: time.Hour,
		Program: storage.Program{Machine: "linux/amd64, a processor", Version: "v1.2", Commit: "0123456789abcdef0123456789abcdef01234567"}}, nil)
	d.must(err)
	return c
}

// commit writes d_loss at every step, the score at every tenth, the ceiling at
// step 0, and, with a checkpoint, a sample file.
func (d demoWriter) commit(c demoCell, seed, fence, first, last int64, checkpoint bool) {
	d.Helper()
	loss, score := storage.Chunk{Metric: "d_loss"}, storage.Chunk{Metric: "modes_strict"}
	for s := first; s <= last; s++ {
		v := float64(c.k) / float64(s+1)
		if c == (demoCell{1, 256}) && seed == 3 && s == demoSteps {
			v = math.NaN()
		}
		loss.Steps, loss.Values = append(loss.Steps, s), append(loss.Values, v)
		if s%10 == 0 {
			score.Steps, score.Values = append(score.Steps, s), append(score.Values, demoScore(c, seed, s))
		}
	}
	at := int64(-1)
	if checkpoint {
		at = last
	}
	k := storagetest.CommitOf(demoHash(c, seed), fence, at, loss)
	if len(score.Steps) > 0 {
		k.Chunks = append(k.Chunks, score)
	}
	if first == 0 {
		k.Chunks = append(k.Chunks, storage.Chunk{Metric: "real_modes_strict", Steps: []int64{0}, Values: []float64{8}})
	}
	if checkpoint {
		sha := storagetest.Hash(fmt.Sprint("samples", last))
		k.Artifacts = []storage.Artifact{{Name: "samples", Step: last, MediaType: "application/x-npy", Size: 80, SHA256: sha,
			Key: storage.ArtifactKey(k.Hash, fence, last, "samples", sha, ".npy")}}
	}
	k.Telemetry = []storage.Measurement{{Name: "steps_per_second", Value: 100 / float64(c.k)}}
	_, err := d.Commit(d.ctx, k)
	d.must(err)
}
