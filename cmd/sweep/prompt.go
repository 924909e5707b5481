package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// lineReader reads a line that somebody edits. An interrupt is not an error: it
// gives up what was typed. io.EOF ends the session.
type lineReader interface {
	line(prompt string) (text string, interrupted bool, err error)
}

// prompt is the session for machines without psql.
func (a *app) prompt(ctx context.Context, s *services, f sqlFlags) error {
	in, ok := a.in.(*os.File)
	if !ok {
		return invalid("a session needs a terminal; give a statement: sweep sql \"select * from trials\"")
	}
	stop, err := endOnTerminate(in)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintln(a.err, `A reader's session. Statements end with ;  \d lists the views, \d NAME their columns, \q ends it.`)
	return a.converse(newTerminalLines(in, a.out, newHistory(a.err)), func(statement string) error {
		ctx, stop := untilInterrupt(ctx)
		defer stop()
		return a.ask(ctx, s, statement, f)
	})
}

// untilInterrupt is a context for one statement: an interrupt cancels that
// alone. The program's own context an interrupt has ended for good.
func untilInterrupt(ctx context.Context) (context.Context, func()) {
	return signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt)
}

// endOnTerminate gives the terminal back and ends the program when it is told
// to: somebody who reads a key cannot be told otherwise.
func endOnTerminate(in *os.File) (stop func(), err error) {
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		if _, ok := <-told; ok {
			_ = term.Restore(int(in.Fd()), before)
			os.Exit(exitService)
		}
	}()
	return func() { signal.Stop(told); close(told) }, nil
}

// converse reads lines until they make a statement, runs it, and shows its
// error: no mistake ends the session.
func (a *app) converse(lines lineReader, run func(statement string) error) error {
	text := ""
	for {
		mark := "sweep=> "
		if text != "" {
			mark = "sweep-> "
		}
		line, interrupted, err := lines.line(mark)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read a line: %w", err)
		case interrupted:
			text = ""
			continue
		}
		if command := strings.TrimSpace(line); text == "" && strings.HasPrefix(command, `\`) {
			if command == `\q` {
				return nil
			}
			a.complain(a.backslash(command, run))
			continue
		}
		text = a.runWhole(text+line+"\n", run)
	}
}

// runWhole runs the statements that a text completes and returns what is left.
func (a *app) runWhole(text string, run func(string) error) string {
	for {
		end, ended := statementEnd(text)
		if !ended {
			if blank(text) {
				return ""
			}
			if len(text) > maxStatement {
				a.complain(invalid("the statement is longer than %d bytes", maxStatement))
				return ""
			}
			return text
		}
		if statement := strings.TrimSpace(text[:end]); !blank(statement) {
			a.complain(run(statement))
		}
		text = text[end+1:]
	}
}

func (a *app) complain(err error) {
	if err != nil {
		fmt.Fprintln(a.err, err)
	}
}

var viewName = regexp.MustCompile(`^[a-z_]{1,63}$`)

// backslash runs the commands that psql has, too.
func (a *app) backslash(command string, run func(string) error) error {
	word, name, _ := strings.Cut(command, " ")
	name = strings.TrimSpace(name)
	switch {
	case word == `\d` && name == "":
		return run(`SELECT relname AS view, obj_description(oid, 'pg_class') AS "one row is" FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' ORDER BY relname`)
	case word == `\d` && viewName.MatchString(name):
		return run(`SELECT attname AS column, format_type(atttypid, atttypmod) AS type, col_description(attrelid, attnum) AS meaning
			FROM pg_attribute WHERE attrelid = 'public.` + name + `'::regclass AND attnum > 0 ORDER BY attnum`)
	case word == `\?`:
		fmt.Fprintln(a.err, `\d  the views   \d NAME  a view's columns   \q  end   Ctrl-C  give up the statement`)
		return nil
	}
	return invalid(`%s: expected \d, \d VIEW, \? or \q`, command)
}
