package storagetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"time"

	"sweep/storage"
)

// Hash makes a trial hash from a word.
func Hash(word string) string {
	sum := sha256.Sum256([]byte(word))
	return hex.EncodeToString(sum[:])
}

// Experiment is the one experiment of the suites' sweeps.
func Experiment(sweep string) storage.Experiment {
	return storage.Experiment{Sweep: sweep, Name: "ring", Task: "gaussians", Metric: "score", Goal: "maximize", Axes: []string{"k"}}
}

// Row is a planned trial named by a word. Its cell is its position.
func Row(i int, word string) storage.PlanRow {
	params := json.RawMessage(fmt.Sprintf(`{"k": %d, "mixture": "ring8", "z_dim": 256}`, i))
	return storage.PlanRow{Index: i, Experiment: "ring", Hash: Hash(word), Config: []byte(`{"trial":"` + word + `"}`),
		Task: "gaussians", Seed: 7, Cell: fmt.Sprintf("k=%d", i), CellValues: json.RawMessage(fmt.Sprintf(`{"k": %d}`, i)),
		Params: params, Steps: 100, Queue: "train-cpu"}
}

// Plan yields a row for each word.
func Plan(words ...string) iter.Seq2[storage.PlanRow, error] {
	return func(yield func(storage.PlanRow, error) bool) {
		for i, word := range words {
			if !yield(Row(i, word), nil) {
				return
			}
		}
	}
}

// Request asks for a trial for an hour.
func Request(hash, workflow string) storage.ClaimRequest {
	return storage.ClaimRequest{Hash: hash, WorkflowID: workflow, Worker: "host/1", Numerics: "cpu-avx2-fp32", Lease: time.Hour}
}

// Value is the suites' trial: the value of every step, a function of both.
func Value(metric string, step int64) float64 {
	switch step % 7 {
	case 3:
		return math.NaN()
	case 4:
		return math.Inf(1 - 2*int(step&1))
	case 5:
		return math.Copysign(0, -1)
	}
	return math.Sin(float64(step)) * float64(len(metric))
}

// Span is a chunk of a metric's true values from step first to last.
func Span(metric string, first, last int64) storage.Chunk {
	c := storage.Chunk{Metric: metric}
	for s := first; s <= last; s++ {
		c.Steps, c.Values = append(c.Steps, s), append(c.Values, Value(metric, s))
	}
	return c
}

// At is a chunk of a metric's true values at the given steps.
func At(metric string, steps ...int64) storage.Chunk {
	c := storage.Chunk{Metric: metric, Steps: steps}
	for _, s := range steps {
		c.Values = append(c.Values, Value(metric, s))
	}
	return c
}

// CheckpointAt is the pointer that attempt fence writes at step. The digest is
// the trial's and the step's alone, as training promises.
func CheckpointAt(hash string, fence, step int64) storage.Checkpoint {
	sha := Hash(fmt.Sprint(hash, step))
	return storage.Checkpoint{Step: step, Key: storage.CheckpointKey(hash, fence, step, sha), Size: 100, SHA256: sha, ETag: "e"}
}

// CommitOf is a commit of chunks, with a checkpoint when at >= 0.
func CommitOf(hash string, fence, at int64, chunks ...storage.Chunk) storage.Commit {
	c := storage.Commit{Hash: hash, Fence: fence, Lease: time.Hour, Step: max(at, 0), Chunks: chunks}
	for _, k := range chunks {
		c.Step = max(c.Step, k.Steps[len(k.Steps)-1])
	}
	if at >= 0 {
		p := CheckpointAt(hash, fence, at)
		c.Checkpoint = &p
	}
	return c
}

// Equal compares chunks bit for bit; every NaN is one value.
func Equal(a, b storage.Chunk) bool {
	if len(a.Steps) != len(b.Steps) || len(a.Values) != len(b.Values) || len(a.Steps) != len(a.Values) {
		return false
	}
	for i := range a.Steps {
		if a.Steps[i] != b.Steps[i] || !SameValue(a.Values[i], b.Values[i]) {
			return false
		}
	}
	return true
}

// SameValue compares bit for bit; every NaN is one value.
func SameValue(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || (math.IsNaN(a) && math.IsNaN(b))
}
