package metrics

import (
	"context"
	"time"

	"sweep/storage"
)

// workerLife is how long a worker counts after its last beat.
const workerLife = 30 * time.Second

// Beat says that a worker is alive; it counts for 30 seconds. Workers that
// have been silent for a day are forgotten.
func (s *Store) Beat(ctx context.Context, w storage.Worker) error {
	_, err := s.pool.Exec(ctx, `
		WITH gone AS (DELETE FROM store.workers WHERE seen < clock_timestamp() - interval '1 day' AND name <> $1)
		INSERT INTO store.workers (name, queue, slots, numerics, version, webhooks, seen) VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
		ON CONFLICT (name) DO UPDATE SET queue = EXCLUDED.queue, slots = EXCLUDED.slots, numerics = EXCLUDED.numerics,
			version = EXCLUDED.version, webhooks = EXCLUDED.webhooks, seen = EXCLUDED.seen`, w.Name, w.Queue, w.Slots, w.Numerics, w.Version, w.Webhooks)
	return explain("record worker "+w.Name, err)
}

// Slots adds up the training slots of a queue's live workers.
func (s *Store) Slots(ctx context.Context, queue string) (int, error) {
	var n int
	err := s.pool.QueryRow(ctx, `
		SELECT coalesce(sum(slots), 0) FROM store.workers WHERE queue = $1 AND seen > clock_timestamp() - $2::interval`,
		queue, workerLife).Scan(&n)
	return n, explain("count the workers of queue "+queue, err)
}
