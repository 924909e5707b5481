package metrics

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"sweep/storage"
)

// SQLSTATE codes that are told apart.
const (
	undefinedTable = "42P01"
	invalidSchema  = "3F000"
	badPassword    = "28P01"
	badAuth        = "28000"
	noDatabase     = "3D000"
	diskFull       = "53100"
	tooMany        = "53300"
	startingUp     = "57P03"
	queryCancelled = "57014"
	dataException  = "22"
	badConstraint  = "23"
)

var errURL = errors.New("DATABASE_URL is not a Postgres URL (expected postgres://user:password@host:port/database)")

// explain says in one line what failed while doing what, and keeps the error
// for errors.Is and errors.As.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return &lineError{what + ": " + connectLine(connect), err}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return &lineError{what + ": " + serverLine(pg), finalIf(strings.HasPrefix(pg.Code, dataException) || strings.HasPrefix(pg.Code, badConstraint), err)}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// lineError shows one line and unwraps to its cause.
type lineError struct {
	line  string
	cause error
}

func (e *lineError) Error() string { return e.line }
func (e *lineError) Unwrap() error { return e.cause }

// finalIf marks what the server will refuse every time.
func finalIf(final bool, err error) error {
	if final {
		return errors.Join(storage.ErrInvalid, err)
	}
	return err
}

func connectLine(e *pgconn.ConnectError) string {
	at := net.JoinHostPort(e.Config.Host, fmt.Sprint(e.Config.Port))
	var pg *pgconn.PgError
	if errors.As(e, &pg) {
		switch pg.Code {
		case badPassword, badAuth:
			return fmt.Sprintf("Postgres at %s refused user %q (check the password in DATABASE_URL)", at, e.Config.User)
		case noDatabase:
			return fmt.Sprintf("Postgres at %s has no database %q (create it, or check DATABASE_URL)", at, e.Config.Database)
		case tooMany:
			return fmt.Sprintf("Postgres at %s has no connection to spare", at)
		case startingUp:
			return fmt.Sprintf("Postgres at %s is starting or stopping", at)
		}
		return fmt.Sprintf("Postgres at %s: %s", at, oneLine(pg.Message))
	}
	if errors.Is(e, syscall.ECONNREFUSED) {
		return fmt.Sprintf("nothing answers at %s (is Postgres running?)", at)
	}
	return fmt.Sprintf("cannot reach Postgres at %s: %s", at, oneLine(reason(e)))
}

// reason is the innermost error: the outer ones repeat the connection string.
func reason(err error) string {
	for {
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			if u.Unwrap() == nil {
				return err.Error()
			}
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			if len(u.Unwrap()) == 0 {
				return err.Error()
			}
			err = u.Unwrap()[0]
		default:
			return err.Error()
		}
	}
}

func serverLine(e *pgconn.PgError) string {
	switch e.Code {
	case diskFull:
		return "Postgres is out of disk space: " + oneLine(e.Message)
	case queryCancelled:
		return "stopped: " + oneLine(e.Message)
	}
	return fmt.Sprintf("%s (SQLSTATE %s)", oneLine(e.Message), e.Code)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
