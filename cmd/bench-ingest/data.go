package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"

	"sweep/storage"
)

// metrics are what a ring trial records at every step.
var metrics = []string{"d_loss", "d_real", "d_fake", "g_loss"}

const (
	perCommit   = 4 * storage.MaxChunk  // steps in one commit: 16 chunks
	checkpoints = 10 * storage.MaxChunk // steps between checkpoints
)

// pool is where values come from: making them is not what is measured.
var pool = func() []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	v := make([]float64, 1<<20)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	v[12345] = math.NaN()
	return v
}()

// values are a trial's values of one metric from a step on.
func values(trial, metric int, first int64, n int) []float64 {
	at := (uint64(trial)*7919 + uint64(metric)*104729 + uint64(first)) % uint64(len(pool)-n)
	return pool[at : int(at)+n]
}

func hash(trial int) string {
	sum := sha256.Sum256([]byte(fmt.Sprint("bench trial ", trial)))
	return hex.EncodeToString(sum[:])
}

// batch is one commit's chunks: every metric, steps first to first+n-1.
func batch(trial int, first int64, n int64) []storage.Chunk {
	var out []storage.Chunk
	for m, name := range metrics {
		for at := first; at < first+n; at += storage.MaxChunk {
			size := min(storage.MaxChunk, first+n-at)
			steps := make([]int64, size)
			for i := range steps {
				steps[i] = at + int64(i)
			}
			out = append(out, storage.Chunk{Metric: name, Steps: steps, Values: values(trial, m, at, int(size))})
		}
	}
	return out
}
