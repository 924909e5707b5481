package activities

import (
	"slices"

	"sweep/storage"
	"sweep/training"
)

// batch is what is committed together: points, then at most one checkpoint
// that stands after all of them, and the artifacts up to it.
type batch struct {
	step       int64
	points     int
	chunks     []storage.Chunk
	artifacts  []training.Artifact
	checkpoint *training.Checkpoint
}

// buffer collects points into batches. A checkpoint closes the open batch, so
// no chunk straddles one. It is not safe for concurrent use.
type buffer struct {
	open   batch
	index  map[string]int // metric -> its last chunk in open.chunks
	closed []batch
	points int   // in all batches
	bytes  int64 // of artifacts and checkpoints in all batches
}

func (b *buffer) record(step int64, points []training.Point) {
	if b.index == nil {
		b.index = map[string]int{}
	}
	for _, p := range points {
		i, ok := b.index[p.Metric]
		if !ok || len(b.open.chunks[i].Steps) == storage.MaxChunk {
			i = len(b.open.chunks)
			b.open.chunks = append(b.open.chunks, storage.Chunk{Metric: p.Metric})
			b.index[p.Metric] = i
		}
		c := &b.open.chunks[i]
		c.Steps, c.Values = append(c.Steps, step), append(c.Values, p.Value)
	}
	b.open.step = step
	b.open.points += len(points)
	b.points += len(points)
	if b.open.points >= maxBatch {
		b.close()
	}
}

func (b *buffer) artifact(a training.Artifact) {
	b.open.artifacts = append(b.open.artifacts, a)
	b.open.step = max(b.open.step, a.Step)
	b.bytes += int64(len(a.Data))
}

func (b *buffer) checkpoint(c training.Checkpoint) {
	b.open.checkpoint = &c
	b.open.step = c.Step
	b.bytes += int64(len(c.Data))
	b.close()
}

func (b *buffer) close() {
	b.closed = append(b.closed, b.open)
	b.open = batch{step: b.open.step}
	clear(b.index)
}

// take returns the oldest batch; the open one only when nothing else is left.
func (b *buffer) take() (batch, bool) {
	if len(b.closed) == 0 {
		if len(b.open.chunks) == 0 && len(b.open.artifacts) == 0 {
			return batch{}, false
		}
		b.close()
	}
	first := b.closed[0]
	b.closed = slices.Delete(b.closed, 0, 1)
	return first, true
}

// done forgets a committed batch's share of the bounds.
func (b *buffer) done(t batch) {
	b.points -= t.points
	b.bytes -= t.size()
}

func (t batch) size() int64 {
	var n int64
	for _, a := range t.artifacts {
		n += int64(len(a.Data))
	}
	if t.checkpoint != nil {
		n += int64(len(t.checkpoint.Data))
	}
	return n
}

// Bounds of what waits to be committed. Past them training waits.
const (
	maxBatch   = 200_000   // points in one commit
	maxWaiting = 4_000_000 // points in memory, about 64 MB
	maxBytes   = 512 << 20 // artifacts and checkpoints in memory
)
