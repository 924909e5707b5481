package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"sweep/internal/devstack"
)

// server finds the Postgres server to measure.
func server() (string, error) {
	if url := os.Getenv("DATABASE_URL"); url != "" {
		return url, nil
	}
	home := os.Getenv("SWEEP_TEST_STACK")
	if home == "" {
		return "", errors.New("no server to measure: set DATABASE_URL, or run it under internal/devstack/stacktest/cmd")
	}
	_, c, err := devstack.Lookup(home)
	return c.DatabaseURL, err
}

// database is one database of a server.
type database struct {
	server, name, url string
}

// openDatabase makes a database, or takes the one named. Its sessions do not
// wait for the disk at each commit: reading is what is measured.
func openDatabase(ctx context.Context, server, name string) (database, error) {
	u, err := url.Parse(server)
	if err != nil {
		return database{}, errors.New("DATABASE_URL is not a URL")
	}
	if name == "" {
		name = fmt.Sprintf("sweep_pages_%d", time.Now().UnixNano())
		if err := execute(ctx, server, `CREATE DATABASE `+name); err != nil {
			return database{}, err
		}
	}
	u.Path = "/" + name
	q := u.Query()
	q.Set("synchronous_commit", "off")
	u.RawQuery = q.Encode()
	return database{server, name, u.String()}, nil
}

func (d database) drop(ctx context.Context) error {
	return execute(ctx, d.server, `DROP DATABASE `+d.name+` WITH (FORCE)`)
}

// settle brings statistics and visibility up to date and tells what there is.
func (d database) settle(ctx context.Context) (points, bytes int64, err error) {
	if err := execute(ctx, d.url, `VACUUM ANALYZE`); err != nil {
		return 0, 0, err
	}
	db, err := sql.Open("pgx", d.url)
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT (SELECT sum(cardinality(vals)) FROM store.points), pg_database_size(current_database())`).Scan(&points, &bytes)
	return points, bytes, err
}

// execute runs one statement by the driver that storage/metrics brings.
func execute(ctx context.Context, url, statement string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}
