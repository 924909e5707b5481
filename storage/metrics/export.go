package metrics

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"sweep/storage"
)

// Extract says what Export gives out of a sweep.
type Extract struct {
	What       string   // one of Extracts
	Sweep      string   //
	Experiment string   // "" for all
	Metrics    []string // empty for all; only metrics, final and curves have them
}

// Extracts are what Export knows, by the view whose rows they are.
var Extracts = []string{"trials", "metrics", "final", "curves", "attempts", "artifacts", "cost"}

// Kind is the type of a column's values. Any value may be nil.
type Kind int

// The kinds, with the Go type of their values.
const (
	Text  Kind = iota // string
	Int               // int64
	Float             // float64; NaN and infinities are values
	Bool              // bool
	Time              // time.Time
	JSON              // string
)

// Column is one column of an extract.
type Column struct {
	Name string
	Kind Kind
}

// Sink takes an extract. Begin is called once, before the first row; Row's
// slice is used again after it returns. Progress tells how many of the trials or
// cells that the extract goes through are done; total is 0 where it does not.
type Sink interface {
	Begin(columns []Column) error
	Row(values []any) error
	Progress(done, total int)
}

// Export streams rows of a sweep in plan order, all from one snapshot, to a
// sink. It holds a few chunks of points at a time, however long the sweep is.
// Rows of a trial that two cells name come for each cell, as in the view trials.
func (s *Store) Export(ctx context.Context, x Extract, to Sink) error {
	what := fmt.Sprintf("export %s of sweep %s", x.What, x.Sweep)
	if !slices.Contains(Extracts, x.What) {
		return explain(what, fmt.Errorf("%w: unknown extract %q", storage.ErrInvalid, x.What))
	}
	if x.Metrics == nil {
		x.Metrics = []string{}
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM store.sweeps WHERE name = $1)`, x.Sweep).Scan(&known); err != nil {
			return err
		}
		if !known {
			return storage.ErrNotFound
		}
		switch x.What {
		case "metrics":
			return exportPoints(ctx, tx, x, to)
		case "curves":
			return exportCurves(ctx, tx, x, to)
		}
		return exportRows(ctx, tx, x, to)
	})
	return explain(what, err)
}

// statements are the extracts that one statement gives; $1 is the sweep, $2 the
// experiment, $3 the metrics.
var statements = map[string]string{
	"trials": `SELECT * FROM public.trials WHERE sweep = $1 AND ($2 = '' OR experiment = $2) AND $3::text[] IS NOT NULL
		ORDER BY trial_index, cell`,
	"final": `SELECT * FROM public.final WHERE sweep = $1 AND ($2 = '' OR experiment = $2) AND ($3::text[] = '{}' OR name = ANY ($3))
		ORDER BY trial_index, cell, name`,
	"attempts": `SELECT t.sweep, t.experiment, t.cell, t.seed, a.* FROM public.attempts a JOIN public.trials t USING (trial_id)
		WHERE t.sweep = $1 AND ($2 = '' OR t.experiment = $2) AND $3::text[] IS NOT NULL ORDER BY t.trial_index, t.cell, a.fence`,
	"artifacts": `SELECT t.sweep, t.experiment, t.cell, t.seed, a.* FROM public.artifacts a JOIN public.trials t USING (trial_id)
		WHERE t.sweep = $1 AND ($2 = '' OR t.experiment = $2) AND $3::text[] IS NOT NULL ORDER BY t.trial_index, t.cell, a.name, a.step`,
	"cost": `SELECT c.* FROM public.cost c JOIN public.trials t USING (trial_id, sweep, experiment, cell)
		WHERE t.sweep = $1 AND ($2 = '' OR t.experiment = $2) AND $3::text[] IS NOT NULL ORDER BY t.trial_index, t.cell`,
}

func exportRows(ctx context.Context, tx pgx.Tx, x Extract, to Sink) error {
	rows, err := tx.Query(ctx, statements[x.What], x.Sweep, x.Experiment, x.Metrics)
	if err != nil {
		return err
	}
	return stream(rows, to, true)
}

// stream hands rows on; begin says whether the sink is still to be told of the
// columns.
func stream(rows pgx.Rows, to Sink, begin bool) error {
	defer rows.Close()
	columns := columnsOf(rows.FieldDescriptions())
	if begin {
		if err := to.Begin(columns); err != nil {
			return err
		}
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, v := range values {
			if columns[i].Kind == JSON && v != nil {
				values[i] = string(rows.RawValues()[i]) // pgx asks for JSON as text
			} else {
				values[i] = plain(v)
			}
		}
		if err := to.Row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

func columnsOf(fields []pgconn.FieldDescription) []Column {
	kinds := map[uint32]Kind{pgtype.Int2OID: Int, pgtype.Int4OID: Int, pgtype.Int8OID: Int, pgtype.Float8OID: Float, pgtype.BoolOID: Bool,
		pgtype.TimestamptzOID: Time, pgtype.JSONBOID: JSON}
	out := make([]Column, len(fields))
	for i, f := range fields {
		out[i] = Column{f.Name, kinds[f.DataTypeOID]}
	}
	return out
}

// plain gives integers one type.
func plain(v any) any {
	switch n := v.(type) {
	case int16:
		return int64(n)
	case int32:
		return int64(n)
	}
	return v
}

// exportCurves goes cell by cell: over a whole sweep the view would have to
// hold every point.
func exportCurves(ctx context.Context, tx pgx.Tx, x Extract, to Sink) error {
	rows, _ := tx.Query(ctx, `
		SELECT experiment, cell FROM store.plan WHERE sweep = $1 AND ($2 = '' OR experiment = $2) AND wanted
		GROUP BY experiment, cell ORDER BY min(idx), cell`, x.Sweep, x.Experiment)
	type place struct{ Experiment, Cell string }
	cells, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil {
		return err
	}
	for i := range max(1, len(cells)) { // without a cell there are still columns
		c := place{}
		if i < len(cells) {
			c = cells[i]
		}
		rows, err := tx.Query(ctx, `
			SELECT * FROM public.curves WHERE sweep = $1 AND experiment = $2 AND cell = $3 AND ($4::text[] = '{}' OR name = ANY ($4))
			ORDER BY name, step`, x.Sweep, c.Experiment, c.Cell, x.Metrics)
		if err != nil {
			return err
		}
		if err := stream(rows, to, i == 0); err != nil {
			return err
		}
		to.Progress(i+1, len(cells))
	}
	return nil
}
