package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sweep/storage"
)

type sqlFlags struct {
	limit   int
	timeout time.Duration
}

func newSQLCmd(a *app) *cobra.Command {
	var f sqlFlags
	cmd := &cobra.Command{
		Use: "sql [STATEMENT]", Short: "ask the database, read only: one statement, or a psql session",
		Long: `sql runs one statement as a reader: it sees the documented views (trials, metrics,
final, curves, paired, attempts, cost, checkpoints, points_rolled_back) and can
change nothing. Without a statement it reads one from standard input, or opens
psql when that is a terminal.`,
		Example: `  sweep sql "select k, z_dim, avg(value) from final where name = 'modes_strict' group by k, z_dim"
  sweep sql -o csv < question.sql`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return invalid("expected one statement; put it in quotes")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.sql(ctx, s, args, f) })
		},
	}
	cmd.Flags().IntVar(&f.limit, "limit", 100000, "rows at most")
	cmd.Flags().DurationVar(&f.timeout, "timeout", time.Minute, "how long the statement may take")
	return cmd
}

// maxStatement bounds what is read from standard input.
const maxStatement = 1 << 20

func (a *app) sql(ctx context.Context, s *services, args []string, f sqlFlags) error {
	if len(args) == 0 {
		if _, tty := terminal(a.in); tty {
			return psql(ctx, a, s.conn)
		}
		text, err := io.ReadAll(io.LimitReader(a.in, maxStatement+1))
		if err != nil {
			return fmt.Errorf("read the statement: %w", err)
		}
		args = []string{string(text)}
	}
	statement := strings.TrimSpace(args[0])
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
	if err := a.print(records, t); err != nil {
		return err
	}
	if result.Truncated {
		fmt.Fprintf(a.err, "cut after %s; --limit changes that\n", count(limit, "row"))
	}
	return nil
}
