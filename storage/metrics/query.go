package metrics

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// Query runs one reader's statement: as role sweep_reader, which sees the
// documented views alone, in a read-only transaction, on a connection of its own
// that is closed afterwards, for at most timeout (0: a minute). At most rowLimit rows come
// back (0: 100,000), with Truncated set if there were more. Cells are Go's plain
// types, or driver.Valuer (numeric, interval). A mistake in the statement is an
// error of one line.
func (s *Store) Query(ctx context.Context, sql string, rowLimit int, timeout time.Duration) (storage.Table, error) {
	if timeout <= 0 {
		timeout = time.Minute
	}
	cfg := s.pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["role"] = reader
	cfg.RuntimeParams["default_transaction_read_only"] = "on"
	cfg.RuntimeParams["statement_timeout"] = strconv.FormatInt(max(timeout.Milliseconds(), 1), 10)
	cfg.RuntimeParams["search_path"] = "public"
	cfg.RuntimeParams["application_name"] = "sweep sql"
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return storage.Table{}, explain("open a reader's session", err)
	}
	// Rows past the limit are not fetched: the connection is dropped under them.
	ctx, cancel := context.WithCancel(ctx)
	defer conn.Close(context.WithoutCancel(ctx))
	defer cancel()
	// The transaction is explicit: nothing inside the statement can end it and
	// begin one that writes.
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		return storage.Table{}, explain("open a reader's session", err)
	}
	t, err := table(ctx, tx, sql, limit(rowLimit))
	return t, explain("query", err)
}

const reader = "sweep_reader"

var errEmpty = errors.New("the statement is empty")

func table(ctx context.Context, conn querier, sql string, n int) (t storage.Table, err error) {
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return t, err
	}
	fields := rows.FieldDescriptions()
	for _, f := range fields {
		t.Columns = append(t.Columns, f.Name)
	}
	for rows.Next() {
		if len(t.Rows) == n {
			t.Truncated = true
			return t, nil
		}
		v, err := rows.Values()
		if err != nil {
			return t, fmt.Errorf("row %d: %w", len(t.Rows)+1, err)
		}
		t.Rows = append(t.Rows, v)
	}
	if err := rows.Err(); err != nil {
		return t, err
	}
	if len(fields) == 0 && rows.CommandTag().String() == "" {
		return t, errEmpty
	}
	return t, nil
}
