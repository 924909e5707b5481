package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// connect opens a server by the driver that storage/metrics brings.
func connect(url string) (*sql.DB, error) { return sql.Open("pgx", url) }

// onFreshDatabase runs f on a database of its own and drops it afterwards.
func onFreshDatabase(ctx context.Context, server string, f func(url string) (result, error)) (r result, err error) {
	u, err := url.Parse(server)
	if err != nil {
		return r, errors.New("DATABASE_URL is not a URL")
	}
	db, err := connect(server)
	if err != nil {
		return r, err
	}
	defer db.Close()
	if err := durable(ctx, db); err != nil {
		return r, err
	}
	name := fmt.Sprintf("sweep_bench_%d", time.Now().UnixNano())
	if _, err := db.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return r, err
	}
	defer func() {
		_, dropErr := db.ExecContext(context.WithoutCancel(ctx), `DROP DATABASE `+name+` WITH (FORCE)`)
		err = errors.Join(err, dropErr)
	}()
	u.Path = "/" + name
	return f(u.String())
}

// durable refuses a server that would make the figures meaningless.
func durable(ctx context.Context, db *sql.DB) error {
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var value string
		if err := db.QueryRowContext(ctx, `SHOW `+setting).Scan(&value); err != nil {
			return err
		}
		if value != "on" {
			return fmt.Errorf("%s is %s on this server, not on", setting, value)
		}
	}
	return nil
}

// bytesPerPoint is the room a table takes, with its index, for each point.
func bytesPerPoint(ctx context.Context, db *sql.DB, table string, points int64) (float64, error) {
	var size int64
	err := db.QueryRowContext(ctx, `SELECT pg_total_relation_size($1::text::regclass)`, table).Scan(&size)
	return float64(size) / float64(points), err
}
