package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Paces tells for each cell of a sweep that some attempt got through how long a
// whole trial of it takes: the seconds per step that its attempts needed, times
// its steps. Attempts that failed or were lost say nothing.
func (s *Store) Paces(ctx context.Context, sweep string) ([]storage.Pace, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT p.experiment, p.cell,
		       max(t.steps) * sum(extract(epoch FROM a.ended - a.started))::float8 / sum(a.last_step - a.from_step)::float8
		FROM store.plan p JOIN store.trials t ON t.id = p.trial JOIN store.attempts a ON a.trial = t.id
		WHERE p.sweep = $1 AND p.wanted AND a.outcome IN ('finished', 'preempted') AND a.last_step > a.from_step
		GROUP BY p.experiment, p.cell ORDER BY p.experiment, p.cell`, sweep)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Pace])
	return out, explain("read the pace of sweep "+sweep, err)
}
