package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// PutNotice records that something is to be told, once however often it is
// called, and says whether it has been delivered already.
func (s *Store) PutNotice(ctx context.Context, n storage.Notice) (delivered bool, err error) {
	err = s.pool.QueryRow(ctx, `
		INSERT INTO store.notifications AS n (id, sweep, event, experiment, webhook, created) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET id = n.id RETURNING n.delivered IS NOT NULL`,
		n.ID, n.Sweep, n.Event, n.Experiment, n.Webhook, n.Created).Scan(&delivered)
	return delivered, explain("record notification "+n.ID, err)
}

// MarkNotice records how a try to deliver ended: problem is "" when it was
// delivered. A delivered notice stays so.
func (s *Store) MarkNotice(ctx context.Context, id, problem string) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE store.notifications SET tries = tries + 1,
			delivered = CASE WHEN $2 = '' THEN coalesce(delivered, clock_timestamp()) ELSE delivered END,
			problem = CASE WHEN delivered IS NULL THEN nullif($2, '') END
		WHERE id = $1`, id, problem)
	if err == nil && tag.RowsAffected() == 0 {
		err = storage.ErrNotFound
	}
	return explain("record the delivery of notification "+id, err)
}

// Notices lists a sweep's notifications, newest first.
func (s *Store) Notices(ctx context.Context, sweep string) ([]storage.Notice, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT id, sweep, event, experiment, webhook, created, tries, coalesce(problem, ''), delivered
		FROM store.notifications WHERE sweep = $1 ORDER BY created DESC, id LIMIT $2`, sweep, maxRows)
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n storage.Notice, err error) {
		return n, row.Scan(&n.ID, &n.Sweep, &n.Event, &n.Experiment, &n.Webhook, &n.Created, &n.Tries, &n.Problem, &n.Delivered)
	})
	return out, explain("list the notifications of sweep "+sweep, err)
}

// Unwell counts the failed and diverged trials of each experiment that has any.
func (s *Store) Unwell(ctx context.Context, sweep string) ([]storage.Unwell, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT experiment, count(*), count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'diverged') AS diverged
		FROM (SELECT DISTINCT p.experiment, p.trial, t.state FROM store.plan p JOIN store.trials t ON t.id = p.trial
		      WHERE p.sweep = $1 AND p.wanted) mine
		GROUP BY experiment HAVING count(*) FILTER (WHERE state IN ('failed', 'diverged')) > 0 ORDER BY experiment`, sweep)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Unwell])
	return out, explain("count the unwell trials of sweep "+sweep, err)
}

// Webhooks lists the names of the webhooks that live workers can deliver to,
// and how many workers deliver at all.
func (s *Store) Webhooks(ctx context.Context) (names []string, workers int, err error) {
	err = s.pool.QueryRow(ctx, `
		WITH live AS (SELECT webhooks FROM store.workers WHERE webhooks IS NOT NULL AND seen > clock_timestamp() - $1::interval)
		SELECT coalesce((SELECT array_agg(DISTINCT w ORDER BY w) FROM live, unnest(webhooks) w), '{}'), (SELECT count(*) FROM live)`,
		workerLife).Scan(&names, &workers)
	return names, workers, explain("list the workers' webhooks", err)
}
