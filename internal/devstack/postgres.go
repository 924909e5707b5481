package devstack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	pgUser     = "sweep"
	pgDatabase = "sweep"
)

// postgres is the private Postgres of one home.
type postgres struct {
	home     home
	bin      pgBin
	as       runAs
	password string
}

func (p postgres) data() string { return p.home.path("postgres", "data") }

// command builds a call of one of the server's programs with a bare
// environment, so that PG* variables of the caller do not reach it.
func (p postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.bin.program(name), args...)
	c.Dir = "/"
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	c.SysProcAttr = p.as.attributes()
	return c
}

// initialise makes the data directory once. initdb works in a directory of
// another name, so that a kill never leaves half a database behind.
func (p postgres) initialise(ctx context.Context) error {
	if _, err := os.Stat(p.data()); err == nil {
		if err := p.as.give(p.home, p.home.path("postgres")); err != nil {
			return err
		}
		return p.clearStalePID()
	}
	draft, err := p.newDraft()
	if err != nil {
		return p.home.unusable(err)
	}
	pwfile := p.home.path("postgres", "password")
	defer os.Remove(pwfile)
	if err := os.WriteFile(pwfile, []byte(p.password+"\n"), 0o600); err != nil {
		return p.home.unusable(err)
	}
	if err := p.as.give(p.home, p.home.path("postgres")); err != nil {
		return err
	}
	out, err := p.command(ctx, "initdb", "-D", draft, "-U", pgUser, "-A", "scram-sha-256", "--pwfile="+pwfile,
		"-E", "UTF8", "--locale=C", "--data-checksums", "--no-sync").CombinedOutput()
	if err != nil {
		_ = os.RemoveAll(draft)
		return setupErrorf("initdb could not make a database in %s (make room, or set SWEEP_HOME to another directory): %s", p.home.path("postgres"), initdbFault(out, err))
	}
	if err := os.Rename(draft, p.data()); err != nil {
		return p.home.unusable(err)
	}
	go syscall.Sync() // instead of initdb, file by file: a power cut in the first minute must not lose the cluster
	return nil
}

// newDraft names a directory for initdb. The names differ, so that an initdb
// whose supervisor was killed cannot write into a later one's files.
func (p postgres) newDraft() (string, error) {
	old, _ := filepath.Glob(p.home.path("postgres", "draft-*"))
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(p.home.path("postgres"), "draft-")
}

// clearStalePID removes the pid file of a postmaster that was killed when its
// pid is dead, a zombie that nobody reaps (an init-less container) or another
// program's by now: Postgres itself would take any of the latter two for a
// rival. The caller holds the service's lock, so no postmaster of ours lives.
func (p postgres) clearStalePID() error {
	file := filepath.Join(p.data(), "postmaster.pid")
	b, err := os.ReadFile(file)
	if missing(err) {
		return nil
	}
	if err != nil {
		return p.home.unusable(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, _ := strconv.Atoi(first)
	if processRuns(pid, p.bin.program("postgres")) {
		return fmt.Errorf("a Postgres that sweep did not start (pid %d) uses %s: stop it", pid, p.data())
	}
	return os.Remove(file)
}

// initdbFault picks the line that says what went wrong.
func initdbFault(out []byte, err error) string {
	for _, line := range strings.Split(string(out), "\n") {
		for _, word := range []string{"FATAL", "PANIC", "error:", "No space left"} {
			if strings.Contains(line, word) {
				return strings.TrimSpace(line)
			}
		}
	}
	return err.Error()
}

// server is the command of the postmaster. Durability is on; the sizes fit the
// points' ingest and Temporal's load on a laptop.
func (p postgres) server(port int) *exec.Cmd {
	settings := []string{
		"listen_addresses=" + loopback, "unix_socket_directories=", // a socket's path may not exceed 107 bytes
		"max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB", "checkpoint_timeout=15min",
		"fsync=on", "synchronous_commit=on", "full_page_writes=on",
		"jit=off", "autovacuum_naptime=30s", "timezone=UTC", "log_timezone=UTC", "log_line_prefix=%m [%p] ",
	}
	args := []string{"-D", p.data(), "-p", strconv.Itoa(port)}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return p.command(context.Background(), "postgres", args...)
}

// createDatabase makes the product's database when it is not there.
func (p postgres) createDatabase(ctx context.Context, port int) error {
	out, err := p.psql(ctx, port, fmt.Sprintf("select 1 from pg_database where datname = '%s'", pgDatabase))
	if err != nil || strings.TrimSpace(out) == "1" {
		return err
	}
	_, err = p.psql(ctx, port, "create database "+pgDatabase)
	return err
}

func (p postgres) psql(ctx context.Context, port int, sql string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, p.bin.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
		"-h", loopback, "-p", strconv.Itoa(port), "-U", pgUser, "-d", "postgres", "-c", sql)
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "PGPASSWORD=" + p.password, "PGCONNECT_TIMEOUT=10"}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return string(out), nil
}

// probe asks the server to begin a session and looks at the first answer, as
// pg_isready does.
func (p postgres) probe(ctx context.Context, addr string) error {
	answer, err := pgGreeting(ctx, addr, pgUser, "postgres")
	if err != nil {
		return err
	}
	if code, refused := answer.fault(); refused {
		if code == "57P03" { // the database system is starting up, or recovering
			return errStarting
		}
		return fmt.Errorf("the server answers with SQLSTATE %s", code)
	}
	return nil
}

// errStarting is a probe's answer of a service that is alive and at work on
// its start; it may take as long as it needs.
var errStarting = errors.New("still starting")
