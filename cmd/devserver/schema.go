package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	schemav12 "go.temporal.io/server/schema/postgresql/v12"
	"go.temporal.io/server/tools/common/schema"
	sqltool "go.temporal.io/server/tools/sql"
)

// database is one of the two that Temporal keeps its state in.
type database struct {
	name    string // of the Postgres database
	dir     string // of its migrations inside the server module
	version string // the schema this server wants
}

var databases = []database{
	{"temporal", "temporal", schemav12.Version},
	{"temporal_visibility", "visibility", schemav12.VisibilityVersion},
}

// waitPostgres returns an open connection to the maintenance database, waiting
// while Postgres starts or recovers.
func waitPostgres(ctx context.Context, pg postgres, limit time.Duration) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, pg.url("postgres"))
		if err == nil {
			return conn, nil
		}
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code[:2] == "28" {
			return nil, fmt.Errorf("the database at %s refuses user %s: %s", pg.address, pg.user, refused.Message)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the database at %s does not answer: %w", pg.address, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ensureSchema brings one database to the version this server wants. Temporal's
// migrations are not transactional, so they run in a copy that takes the old
// database's place in one transaction: a kill at any moment loses nothing and
// the next start begins anew.
func ensureSchema(ctx context.Context, pg postgres, db database) error {
	conn, err := waitPostgres(ctx, pg, 30*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	exists, err := databaseExists(ctx, conn, db.name)
	if err != nil {
		return err
	}
	if exists {
		current, err := schemaVersion(pg, db.name)
		if err != nil {
			return fmt.Errorf("reading the schema version of %s: %w", db.name, err)
		}
		if current == db.version {
			return nil
		}
	}
	if err := buildCopy(ctx, conn, pg, db, exists); err != nil {
		return fmt.Errorf("building the schema of %s: %w", db.name, err)
	}
	return swapCopy(ctx, conn, db.name, exists)
}

func databaseExists(ctx context.Context, conn *pgx.Conn, name string) (bool, error) {
	var n int
	err := conn.QueryRow(ctx, "select count(*) from pg_database where datname = $1", name).Scan(&n)
	return n > 0, err
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// buildCopy makes <name>_next, from the present database or from nothing, and
// migrates it.
func buildCopy(ctx context.Context, conn *pgx.Conn, pg postgres, db database, exists bool) error {
	next, template := db.name+"_next", "template0"
	if exists {
		template = db.name
	}
	for _, sql := range []string{
		"drop database if exists " + quoted(next) + " with (force)",
		"create database " + quoted(next) + " template " + quoted(template),
		// Some two hundred small transactions need not be waited for one by
		// one: the commit that puts the copy in place makes all of them durable.
		"alter database " + quoted(next) + " set synchronous_commit = off",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if exists {
		if err := setSchemaOwner(ctx, pg, next, next); err != nil {
			return err
		}
	}
	if err := migrate(pg, next, db.dir, exists); err != nil {
		return err
	}
	if err := setSchemaOwner(ctx, pg, next, db.name); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "alter database "+quoted(next)+" reset synchronous_commit")
	return err
}

func migrate(pg postgres, name, dir string, exists bool) error {
	quiet := log.NewNoopLogger()
	target, err := sqltool.NewConnection(pg.store(name, 1), quiet)
	if err != nil {
		return err
	}
	defer target.Close()
	if !exists {
		setup := &schema.SetupConfig{InitialVersion: "0.0"}
		if err := schema.NewSetupSchemaTask(target, setup, quiet).Run(); err != nil {
			return err
		}
	}
	update := &schema.UpdateConfig{SchemaName: "postgresql/v12/" + dir}
	return schema.NewUpdateSchemaTask(target, update, quiet).Run()
}

// setSchemaOwner writes the name that the database is going to have into the
// row by which Temporal finds its schema version.
func setSchemaOwner(ctx context.Context, pg postgres, database, owner string) error {
	conn, err := pgx.Connect(ctx, pg.url(database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "update schema_version set db_name = $1", owner)
	return err
}

func swapCopy(ctx context.Context, conn *pgx.Conn, name string, exists bool) error {
	old := name + "_old"
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if exists {
			if _, err := tx.Exec(ctx, "alter database "+quoted(name)+" rename to "+quoted(old)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "alter database "+quoted(name+"_next")+" rename to "+quoted(name))
		return err
	})
	if err != nil {
		return fmt.Errorf("putting the new schema of %s in place: %w", name, err)
	}
	_, err = conn.Exec(ctx, "drop database if exists "+quoted(old)+" with (force)")
	return err
}

func schemaVersion(pg postgres, name string) (string, error) {
	db, err := sqltool.NewConnection(pg.store(name, 1), log.NewNoopLogger())
	if err != nil {
		return "", err
	}
	defer db.Close()
	return db.ReadSchemaVersion()
}

// postgres says where Temporal's state is kept.
type postgres struct{ address, user, password string }

func (p postgres) url(db string) string {
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", p.user, p.password, p.address, db)
}

func (p postgres) store(db string, connections int) *config.SQL {
	return &config.SQL{PluginName: "postgres12_pgx", DatabaseName: db, ConnectAddr: p.address, ConnectProtocol: "tcp",
		User: p.user, Password: p.password, MaxConns: connections, MaxIdleConns: connections, MaxConnLifetime: time.Hour}
}
