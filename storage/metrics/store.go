package metrics

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"sweep/storage"
	"sweep/storage/migrations"
)

// Store is the Postgres store. It is safe for concurrent use.
type Store struct {
	pool  *pgxpool.Pool
	names sync.Map // metric name -> int16; names are never deleted
}

// Open connects and checks that the schema is this program's: if it is not,
// the error is storage.ErrSchema with the remedy.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errURL
	}
	return open(ctx, cfg)
}

func open(ctx context.Context, cfg *pgxpool.Config) (*Store, error) {
	cfg.MaxConns = max(cfg.MaxConns, 8)
	cfg.ConnConfig.RuntimeParams["application_name"] = "sweep"
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain("open the database", err)
	}
	s := &Store{pool: pool}
	if err := s.checkSchema(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Close closes every connection.
func (s *Store) Close() { s.pool.Close() }

func (s *Store) checkSchema(ctx context.Context) error {
	var version int64
	err := s.pool.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM `+versionTable+` WHERE is_applied`).Scan(&version)
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && (pgErr.Code == undefinedTable || pgErr.Code == invalidSchema) {
		version, err = 0, nil
	}
	switch {
	case err != nil:
		return explain("read the schema's version", err)
	case version < migrations.Version:
		return fmt.Errorf("%w: it has version %d, this program needs %d (run: sweep migrate)", storage.ErrSchema, version, migrations.Version)
	case version > migrations.Version:
		return fmt.Errorf("%w: it has version %d, this program knows %d (use a newer sweep)", storage.ErrSchema, version, migrations.Version)
	}
	return nil
}

// inTx runs f in one read-committed transaction. A failure on either side of
// COMMIT leaves the caller not knowing: everything f does may be sent again.
func (s *Store) inTx(ctx context.Context, what string, f func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.pool, f)
	return explain(what, err)
}
