package metrics

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"sweep/storage"
)

// errTooLarge says that an answer did not fit.
var errTooLarge = fmt.Errorf("%w: a row of the answer is too large for a page (use `sweep sql`)", storage.ErrInvalid)

// escapes are the ways out of a reader's role within one query: changing the
// role (a session's role is no wall: the session itself is the program's) and
// the functions that run text as a query. A function can be called by its name
// alone, so to look for the name is enough, once U& spellings are refused.
var escapes = regexp.MustCompile(`(?i)set_config|_to_xml|ts_stat|ts_rewrite|u&`)

// QueryWithin is Query for askers who are trusted neither with this process's
// memory nor with the program's rights. It takes one query (SELECT, WITH,
// VALUES, TABLE), as role sweep_reader, in a read-only transaction. The answer
// ends, marked as truncated, at rowLimit rows or byteLimit bytes; a row above
// byteLimit is an error. A mistake in the query is storage.ErrInvalid.
func (s *Store) QueryWithin(ctx context.Context, sql string, rowLimit, byteLimit int, timeout time.Duration) (storage.Table, error) {
	sql = strings.TrimRight(sql, "; \t\r\n")
	if name := escapes.FindString(sql); name != "" {
		return storage.Table{}, fmt.Errorf("%w: %q may not be used here", storage.ErrInvalid, name)
	}
	if strings.ContainsRune(sql, 0) {
		return storage.Table{}, fmt.Errorf("%w: the query holds a zero byte", storage.ErrInvalid)
	}
	conn, err := s.reader(ctx, byteLimit, timeout)
	if err != nil {
		return storage.Table{}, explain("open a reader's session", err)
	}
	// Rows past a limit are not fetched: the connection is dropped under them.
	ctx, cancel := context.WithCancel(ctx)
	defer conn.Close(context.WithoutCancel(ctx))
	defer cancel()
	t, err := ask(ctx, conn, sql, rowLimit, byteLimit)
	if tooLong := (*pgproto3.ExceededMaxBodyLenErr)(nil); errors.As(err, &tooLong) {
		err = errTooLarge
	}
	return t, explain("query", err)
}

// reader opens a session of role sweep_reader.
func (s *Store) reader(ctx context.Context, byteLimit int, timeout time.Duration) (*pgx.Conn, error) {
	cfg := s.pool.Config().ConnConfig.Copy()
	for name, value := range map[string]string{
		"role": reader, "default_transaction_read_only": "on", "search_path": "public", "application_name": "sweep web",
		"statement_timeout": strconv.FormatInt(max(timeout.Milliseconds(), 1), 10), "cursor_tuple_fraction": "1",
	} {
		cfg.RuntimeParams[name] = value
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.MaxProtocolMessageBodyLen = byteLimit
	return pgx.ConnectConfig(ctx, cfg)
}

// ask runs the query as a cursor's, which nothing but a query can be.
func ask(ctx context.Context, conn *pgx.Conn, sql string, rowLimit, byteLimit int) (t storage.Table, err error) {
	if _, err := conn.Exec(ctx, `BEGIN READ ONLY`); err != nil {
		return t, err
	}
	// Extended protocol: one statement and no more (Exec without arguments would
	// send a script).
	if _, err := conn.PgConn().ExecParams(ctx, "DECLARE answer NO SCROLL CURSOR FOR "+sql, nil, nil, nil, nil).Close(); err != nil {
		return t, fmt.Errorf("%w: %w", storage.ErrInvalid, err)
	}
	rows, err := conn.Query(ctx, fmt.Sprintf("FETCH FORWARD %d FROM answer", rowLimit+1))
	if err != nil {
		return t, err
	}
	for _, f := range rows.FieldDescriptions() {
		t.Columns = append(t.Columns, f.Name)
	}
	for size := 0; rows.Next(); {
		for _, raw := range rows.RawValues() {
			size += len(raw)
		}
		if len(t.Rows) == rowLimit || size > byteLimit {
			t.Truncated = true
			return t, nil
		}
		v, err := rows.Values()
		if err != nil {
			return t, fmt.Errorf("row %d: %w", len(t.Rows)+1, err)
		}
		t.Rows = append(t.Rows, v)
	}
	return t, rows.Err()
}
