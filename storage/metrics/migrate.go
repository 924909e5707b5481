package metrics

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"sweep/storage/migrations"
)

const (
	versionTable = "store.schema_version"
	migrateLock  = 0x73776565700001 // "sweep", 1
)

// Migrate brings the schema to migrations.Version. Several processes may do it
// at once: one works, the others wait for it. Migrating twice changes nothing.
func Migrate(ctx context.Context, databaseURL string) error {
	cfg, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return errURL
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return explain("migrate the database", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// The lock is the session's: it goes with the connection, however that ends.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrateLock)); err != nil {
		return explain("lock the database's schema", err)
	}
	if _, err := conn.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS store`); err != nil {
		return explain("create schema store", err)
	}
	return explain("migrate the database", apply(ctx, cfg))
}

func apply(ctx context.Context, cfg *pgx.ConnConfig) error {
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			return fmt.Errorf("%s: %w", partial.Failed.Source.Path, partial.Err)
		}
		return err
	}
	return nil
}
