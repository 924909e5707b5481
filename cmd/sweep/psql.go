package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"time"

	"sweep/internal/devstack"
)

// psqlProgram finds psql, on PATH or beside the local stack's Postgres; "" for none.
func (a *app) psqlProgram() string {
	if program, err := exec.LookPath("psql"); err == nil {
		return program
	}
	program, err := devstack.PostgresProgram(a.home, "psql")
	if err != nil {
		return ""
	}
	return program
}

// psql opens an interactive session as the reader's role. The password travels
// in the environment, never in an argument. An interrupt is psql's own: it
// cancels the statement, not the session.
func psql(ctx context.Context, a *app, program string, conn devstack.Connection, timeout time.Duration) error {
	env, err := psqlEnvironment(conn.DatabaseURL, timeout)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.in, a.out, a.err
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exitError{exitService, fmt.Errorf("psql ended with code %d", exit.ExitCode())}
	}
	return err
}

// psqlEnvironment spells a database URL as libpq's variables, for a session
// that reads the documented views only.
func psqlEnvironment(databaseURL string, timeout time.Duration) ([]string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Hostname() == "" {
		return nil, invalid("DATABASE_URL is not a Postgres URL (expected postgres://user:password@host:port/database)")
	}
	password, _ := u.User.Password()
	env := []string{"PGHOST=" + u.Hostname(), "PGUSER=" + u.User.Username(), "PGPASSWORD=" + password,
		fmt.Sprintf("PGOPTIONS=-c role=sweep_reader -c default_transaction_read_only=on -c statement_timeout=%d", max(timeout.Milliseconds(), 1)),
		"PGAPPNAME=sweep sql"}
	if u.Port() != "" {
		env = append(env, "PGPORT="+u.Port())
	}
	if len(u.Path) > 1 {
		env = append(env, "PGDATABASE="+u.Path[1:])
	}
	if mode := u.Query().Get("sslmode"); mode != "" {
		env = append(env, "PGSSLMODE="+mode)
	}
	return env, nil
}
