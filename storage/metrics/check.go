package metrics

import (
	"fmt"

	"sweep/storage"
)

// checkCommit refuses what breaks the form of a commit before anything is sent.
func checkCommit(c storage.Commit) error {
	if c.Lease <= 0 {
		return fmt.Errorf("%w: the lease is %v", storage.ErrInvalid, c.Lease)
	}
	last := make(map[string]int64, 16)
	for _, k := range c.Chunks {
		if err := checkChunk(k); err != nil {
			return fmt.Errorf("%w: metric %s: %w", storage.ErrInvalid, k.Metric, err)
		}
		first, end := k.Steps[0], k.Steps[len(k.Steps)-1]
		if before, seen := last[k.Metric]; seen && first <= before {
			return fmt.Errorf("%w: metric %s: chunks do not ascend: step %d after %d", storage.ErrInvalid, k.Metric, first, before)
		}
		last[k.Metric] = end
		if p := c.Checkpoint; p != nil && first <= p.Step && end > p.Step {
			return fmt.Errorf("%w: metric %s: steps %d to %d straddle the checkpoint at %d", storage.ErrInvalid, k.Metric, first, end, p.Step)
		}
	}
	if c.Checkpoint != nil && c.Checkpoint.Step < 0 {
		return fmt.Errorf("%w: checkpoint at step %d", storage.ErrInvalid, c.Checkpoint.Step)
	}
	return nil
}

func checkChunk(k storage.Chunk) error {
	switch {
	case len(k.Steps) != len(k.Values):
		return fmt.Errorf("%d steps and %d values", len(k.Steps), len(k.Values))
	case len(k.Steps) == 0:
		return fmt.Errorf("a chunk without points")
	case len(k.Steps) > storage.MaxChunk:
		return fmt.Errorf("%d points in a chunk, at most %d fit", len(k.Steps), storage.MaxChunk)
	case k.Steps[0] < 0:
		return fmt.Errorf("step %d", k.Steps[0])
	}
	for i := 1; i < len(k.Steps); i++ {
		if k.Steps[i] <= k.Steps[i-1] {
			return fmt.Errorf("steps do not ascend: %d after %d", k.Steps[i], k.Steps[i-1])
		}
	}
	return nil
}
