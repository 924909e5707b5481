package metrics

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// rollBack moves everything of a trial after step from to the rolled-back
// tables, under the fence of the claim that does it. No chunk straddles a
// checkpoint, so whole chunks move. It returns how many points moved and the
// highest of their steps, -1 if none.
func rollBack(ctx context.Context, tx pgx.Tx, trial, from, fence int64) (points, highest int64, err error) {
	err = tx.QueryRow(ctx, `
		WITH moved AS (
			DELETE FROM store.points WHERE trial = $1 AND first_step > $2 RETURNING *),
		kept AS (
			INSERT INTO store.rolled_back_points (trial, first_step, last_step, fence, rolled_by, stride, metric, steps, vals)
			SELECT trial, first_step, last_step, fence, $3, stride, metric, steps, vals FROM moved)
		SELECT coalesce(sum(cardinality(vals)), 0), coalesce(max(last_step), -1) FROM moved`, trial, from, fence).Scan(&points, &highest)
	if err != nil {
		return 0, 0, err
	}
	_, err = tx.Exec(ctx, `
		WITH moved AS (
			DELETE FROM store.checkpoints WHERE trial = $1 AND step > $2 RETURNING *)
		INSERT INTO store.rolled_back_checkpoints (trial, step, fence, rolled_by, key, size, sha256)
		SELECT trial, step, fence, $3, key, size, sha256 FROM moved`, trial, from, fence)
	if err != nil {
		return 0, 0, err
	}
	_, err = tx.Exec(ctx, `
		WITH moved AS (
			DELETE FROM store.artifacts WHERE trial = $1 AND step > $2 RETURNING *)
		INSERT INTO store.rolled_back_artifacts (trial, name, step, fence, rolled_by, key, size, sha256)
		SELECT trial, name, step, fence, $3, key, size, sha256 FROM moved`, trial, from, fence)
	return points, highest, err
}
