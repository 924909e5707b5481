package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"

	"sweep/internal/devstack"
)

// psql opens an interactive session as the reader's role. The password travels
// in the environment, never in an argument.
func psql(ctx context.Context, a *app, conn devstack.Connection) error {
	program, err := exec.LookPath("psql")
	if err != nil {
		program, err = devstack.PostgresProgram(a.home, "psql")
	}
	if err != nil {
		return invalid("no psql here for a session; give a statement: sweep sql \"select * from trials\"")
	}
	env, err := psqlEnvironment(conn.DatabaseURL)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program)
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
func psqlEnvironment(databaseURL string) ([]string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Hostname() == "" {
		return nil, invalid("DATABASE_URL is not a Postgres URL (expected postgres://user:password@host:port/database)")
	}
	password, _ := u.User.Password()
	env := []string{"PGHOST=" + u.Hostname(), "PGUSER=" + u.User.Username(), "PGPASSWORD=" + password,
		"PGOPTIONS=-c role=sweep_reader -c default_transaction_read_only=on", "PGAPPNAME=sweep sql"}
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
