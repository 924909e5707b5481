package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sweep/storage"
)

type sqlFlags struct {
	limit   int
	timeout time.Duration
	file    string
	noPsql  bool
}

func newSQLCmd(a *app) *cobra.Command {
	var f sqlFlags
	cmd := &cobra.Command{
		Use: "sql [STATEMENT]", Short: "ask the database, read only: one statement, a file of them, or a session",
		Long: `sql runs one statement as a reader: it sees the documented views (trials, metrics,
final, curves, paired, attempts, cost, checkpoints, points_rolled_back) and can
change nothing. Without a statement it reads one from standard input or, when
that is a terminal, opens psql, or a prompt of its own where there is none.
docs/sql.md has a statement for each question that people ask.`,
		Example: `  sweep sql "select k, z_dim, avg(value) from final where name = 'modes_strict' group by k, z_dim"
  sweep sql -o csv < question.sql
  sweep sql -f questions.sql -o jsonl
  sweep sql --timeout 10m --no-psql`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return invalid("expected one statement; put it in quotes")
			}
			if len(args) == 1 && f.file != "" {
				return invalid("expected a statement or --file, not both")
			}
			return nil
		},
		Annotations: map[string]string{outputs: "table json csv jsonl"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.sql(ctx, s, args, f) })
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&f.limit, "limit", 100000, "rows at most")
	fl.DurationVar(&f.timeout, "timeout", time.Minute, "how long a statement may take")
	fl.StringVarP(&f.file, "file", "f", "", "run the statements of this file in turn, until one fails")
	fl.BoolVar(&f.noPsql, "no-psql", false, "open the prompt of our own even where psql is present")
	return cmd
}

// maxStatement bounds what is read from a file or standard input.
const maxStatement = 1 << 20

func (a *app) sql(ctx context.Context, s *services, args []string, f sqlFlags) error {
	if f.timeout <= 0 || f.limit <= 0 {
		return invalid("--timeout and --limit: expected more than 0")
	}
	switch {
	case len(args) == 1:
		return a.ask(ctx, s, args[0], f)
	case f.file != "":
		return a.askFile(ctx, s, f)
	}
	if _, tty := terminal(a.in); tty {
		return a.session(ctx, s, f)
	}
	text, err := readStatements(a.in)
	if err != nil {
		return fmt.Errorf("read the statement: %w", err)
	}
	return a.ask(ctx, s, text, f)
}

// session is psql where it is, else the prompt.
func (a *app) session(ctx context.Context, s *services, f sqlFlags) error {
	if program := a.psqlProgram(); program != "" && !f.noPsql {
		return psql(ctx, a, program, s.conn, f.timeout)
	}
	return a.prompt(ctx, s, f)
}

// ask runs one statement and prints its rows.
func (a *app) ask(ctx context.Context, s *services, statement string, f sqlFlags) error {
	statement = strings.TrimSpace(statement)
	switch {
	case statement == "":
		return invalid("the statement is empty: sweep sql \"select * from trials\"")
	case len(statement) > maxStatement:
		return invalid("the statement is longer than %d bytes", maxStatement)
	}
	result, err := s.metrics.Query(ctx, statement, f.limit, f.timeout)
	if err != nil {
		return err
	}
	return a.printRows(result, f.limit)
}

func (a *app) askFile(ctx context.Context, s *services, f sqlFlags) error {
	file, err := os.Open(f.file)
	if err != nil {
		return invalid("--file: %v", err)
	}
	defer file.Close()
	text, err := readStatements(file)
	if err != nil {
		return invalid("--file %s: %v", f.file, err)
	}
	for i, statement := range splitStatements(text) {
		if i > 0 && a.output == "table" {
			fmt.Fprintln(a.out)
		}
		if err := a.ask(ctx, s, statement, f); err != nil {
			return fmt.Errorf("%s: statement %d: %w", f.file, i+1, err)
		}
	}
	return nil
}

func readStatements(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxStatement+1))
	if err == nil && len(text) > maxStatement {
		err = fmt.Errorf("more than %d bytes", maxStatement)
	}
	return string(text), err
}

func (a *app) printRows(result storage.Table, limit int) error {
	t := newTable("", result.Columns...)
	records := []record{}
	for _, row := range result.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cellText(v)
		}
		t.rows = append(t.rows, cells)
		records = append(records, record{result.Columns, row})
	}
	for i, name := range t.head {
		t.right[name] = len(result.Rows) > 0 && isNumber(result.Rows[0][i])
	}
	if a.output == "table" {
		for _, row := range t.rows {
			for i := range row {
				row[i] = oneLine(row[i])
			}
		}
	}
	if err := a.printRecords(records, t); err != nil {
		return err
	}
	if result.Truncated {
		fmt.Fprintf(a.err, "cut after %s; --limit changes that\n", count(limit, "row"))
	}
	return nil
}

// printRecords is print with one more form: an object per line.
func (a *app) printRecords(records []record, t *table) error {
	if a.output != "jsonl" {
		return a.print(records, t)
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("write JSON: %w", err)
		}
	}
	return nil
}
