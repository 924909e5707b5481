package metrics_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sweep/storage/metrics"
)

var update = flag.Bool("update", false, "rewrite golden files")

const sqlPage = "../../docs/sql.md"

var fenced = regexp.MustCompile("(?s)```sql\n(.*?)```")

// golden compares text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", path, got)
	}
}

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(sqlPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryStatementOfTheSQLPageAnswersItsQuestion(t *testing.T) {
	s := demo(t, database(t))
	var out strings.Builder
	for _, section := range strings.Split(page(t), "\n### ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		for _, m := range fenced.FindAllStringSubmatch(body, -1) {
			fmt.Fprintf(&out, "# %s\n%s\n", title, answer(t, s, m[1]))
		}
	}
	golden(t, "sql.golden", out.String())
}

// answer spells a table as text.
func answer(t *testing.T, s *metrics.Store, statement string) string {
	t.Helper()
	table, err := s.Query(t.Context(), statement, 0, 0)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	var out strings.Builder
	fmt.Fprintln(&out, strings.Join(table.Columns, " | "))
	for _, row := range table.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = text(v)
		}
		fmt.Fprintln(&out, strings.Join(cells, " | "))
	}
	return out.String()
}

func text(v any) string {
	if d, ok := v.(driver.Valuer); ok { // numeric
		if plain, err := d.Value(); err == nil {
			v = plain
		}
	}
	return fmt.Sprint(v)
}

func TestThePageNamesEveryColumnOfEveryView(t *testing.T) {
	c := connect(t, database(t))
	rows, err := c.Query(t.Context(), `
		SELECT table_name, string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
		WHERE table_schema = 'public' GROUP BY table_name ORDER BY table_name`)
	if err != nil {
		t.Fatal(err)
	}
	var views []string
	for rows.Next() {
		var view, columns string
		if err := rows.Scan(&view, &columns); err != nil {
			t.Fatal(err)
		}
		views = append(views, view)
		line := regexp.MustCompile("(?m)^\\| `" + view + "` \\|.*\\| " + regexp.QuoteMeta(columns) + " \\|$")
		if !line.MatchString(page(t)) {
			t.Errorf("the page does not have view %s with columns %s", view, columns)
		}
	}
	if rows.Err() != nil || len(views) != strings.Count(page(t), "\n| `") {
		t.Fatalf("views %v, error %v", views, rows.Err())
	}
}

func TestEveryViewAndColumnThatReadersSeeHasAComment(t *testing.T) {
	c := connect(t, database(t))
	rows, err := c.Query(t.Context(), `
		SELECT k.relname || coalesce('.' || a.attname, '') FROM pg_class k
		CROSS JOIN LATERAL (SELECT NULL::name AS attname, 0 AS attnum
			UNION ALL SELECT attname, attnum FROM pg_attribute WHERE attrelid = k.oid AND attnum > 0) a
		WHERE k.relnamespace = 'public'::regnamespace AND k.relkind = 'v' AND coalesce(col_description(k.oid, a.attnum), obj_description(k.oid)) IS NULL
		   OR k.relnamespace = 'public'::regnamespace AND k.relkind = 'v' AND a.attnum > 0 AND col_description(k.oid, a.attnum) IS NULL
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(bare) > 0 {
		t.Errorf("without a comment: %v, error %v", bare, err)
	}
}

func TestReadersSeeTheViewsAndChangeNothing(t *testing.T) {
	s := demo(t, database(t))
	for name, c := range map[string]struct{ statement, want string }{
		"write to a view":               {`DELETE FROM trials`, "cannot delete"},
		"create":                        {`CREATE TABLE x (i int)`, "read-only"},
		"create for the session":        {`CREATE TEMP TABLE x AS SELECT 1`, "read-only"},
		"internal tables":               {`SELECT * FROM store.trials`, "permission denied"},
		"the program's functions":       {`SELECT store.idle_state(1)`, "permission denied"},
		"passwords":                     {`SELECT * FROM pg_authid`, "permission denied"},
		"leave read only by function":   {`SELECT set_config('transaction_read_only', 'off', false)`, "permission denied"},
		"leave the role by function":    {`SELECT set_config('role', 'none', false), query_to_xml('TABLE store.trials', true, true, '')`, "permission denied"},
		"leave the role by a view":      {`UPDATE pg_settings SET setting = 'none' WHERE name = 'role'`, "read-only"},
		"leave all in a block":          {`DO $$ BEGIN RESET ROLE; COMMIT; SET default_transaction_read_only = off; DELETE FROM store.trials; END $$`, "permission denied"},
		"a query in a query":            {`SELECT query_to_xml('TABLE store.trials', true, true, '')`, "permission denied"},
		"the server's file":             {`SELECT pg_read_file('postgresql.conf')`, "permission denied"},
		"the server's folder":           {`SELECT pg_ls_dir('.')`, "permission denied"},
		"copy to a file":                {`COPY (SELECT 1) TO '/tmp/sweep-reader-was-here'`, "must be superuser"},
		"copy to a program":             {`COPY (SELECT 1) TO PROGRAM 'true'`, "must be superuser"},
		"a large object from a file":    {`SELECT lo_import('/etc/passwd')`, "permission denied"},
		"a large object to a file":      {`SELECT lo_export(1, '/tmp/sweep-reader-was-here')`, "permission denied"},
		"the server's log":              {`SELECT pg_rotate_logfile()`, "permission denied"},
		"the server's settings":         {`ALTER SYSTEM SET fsync = off`, "transaction block"},
		"the server's load":             {`SELECT pg_reload_conf()`, "permission denied"},
		"other sessions":                {`SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity(NULL) AS a WHERE pid <> pg_backend_pid()`, "must be a superuser"},
		"lock the program's tables":     {`LOCK TABLE store.trials`, "permission denied"},
		"hold a row":                    {`SELECT * FROM sweeps FOR UPDATE`, "permission denied"},
		"two statements":                {`SELECT 1; SELECT 2`, "multiple commands"},
		"end the transaction and write": {`COMMIT; DELETE FROM store.trials`, "multiple commands"},
		"a mistake":                     {`SELEC 1`, "syntax error"},
		"nothing":                       {` -- only a comment`, "empty"},
		"too slow":                      {`SELECT pg_sleep(20)`, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Query(t.Context(), c.statement, 0, 500*time.Millisecond)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("error %v, want one line with %q", err, c.want)
			}
		})
	}
	if table, err := s.Query(t.Context(), `SELECT count(*) FROM trials`, 0, 0); err != nil || fmt.Sprint(table.Rows) != "[[12]]" {
		t.Fatalf("trials %v, error %v", table.Rows, err)
	}
}

func TestQueryStopsAtItsLimit(t *testing.T) {
	s := openStore(t)
	began := time.Now()
	table, err := s.Query(t.Context(), `SELECT i, repeat('x', 1000) FROM generate_series(1, 3000000) i`, 5, 0)
	if err != nil || len(table.Rows) != 5 || !table.Truncated || !slices.Equal(table.Columns, []string{"i", "repeat"}) {
		t.Fatalf("%d rows, truncated %v, columns %v, error %v", len(table.Rows), table.Truncated, table.Columns, err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Fatalf("it took %v: the rows behind the limit were fetched", took)
	}
	if table, err = s.Query(t.Context(), `VALUES (1), (2)`, 2, 0); err != nil || len(table.Rows) != 2 || table.Truncated {
		t.Fatalf("%d rows, truncated %v, error %v", len(table.Rows), table.Truncated, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Query(ctx, `SELECT 1`, 0, 0); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
}
