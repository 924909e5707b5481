package web

import (
	"database/sql/driver"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sweep/storage"
)

// Bounds on a query's answer.
const (
	shownRows = 500
	savedRows = 100_000
	maxAnswer = 32 << 20 // bytes
	maxCell   = 2000     // characters of a cell on the page
)

// sqlView is the SQL page, with an answer once something was asked.
type sqlView struct {
	Query     string
	Asked     bool
	Columns   []string
	Rows      [][]sqlCell
	Truncated bool
	Took      string
	Mistake   string
	Limit     int
	Views     []viewDoc
}

// sqlCell is one value as text.
type sqlCell struct {
	Text   string
	Number bool
}

// viewDoc names a view and what a row of it is.
type viewDoc struct{ Name, Row, Example string }

// views are what the role sweep_reader sees; docs/sql.md tells their columns.
var views = []viewDoc{
	{"sweeps", "a submitted file", "select sweep, state, submitted from sweeps order by submitted desc"},
	{"trials", "a cell and a seed of a sweep", "select sweep, experiment, state, count(*) from trials group by 1, 2, 3 order by 1, 2, 3"},
	{"final", "the last value of one metric of one trial", "select sweep, experiment, cell, name, count(*), avg(value) from final where outcome = 'finished' group by 1, 2, 3, 4 order by 1, 2, 3, 4"},
	{"metrics", "a point", "select m.name, m.step, m.value from metrics m where trial_id = (select trial_id from trials limit 1) order by 1, 2 limit 100"},
	{"curves", "a metric of a cell at a step, over its seeds", "select cell, step, n, mean, low, high from curves where sweep = '…' and name = 'modes_strict' order by 1, 2"},
	{"paired", "two cells' last values at one seed", "select cell_a, cell_b, seed, difference from paired where sweep = '…' and name = 'modes_strict'"},
	{"attempts", "one worker's hold on a trial", "select * from attempts order by started desc limit 50"},
	{"cost", "what a trial took", "select sweep, experiment, sum(seconds) / 3600 as hours from cost group by 1, 2 order by 3 desc"},
	{"checkpoints", "a pointer to a stored state", "select * from checkpoints order by created desc limit 50"},
	{"artifacts", "a pointer to a picture, sample file or table", "select * from artifacts order by created desc limit 50"},
}

func (s *Server) sqlForm(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "sql", "SQL", sqlView{Views: views, Limit: shownRows})
}

// sqlAnswer runs a query. It is a POST, so that no link from elsewhere can make
// the database work.
func (s *Server) sqlAnswer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, badForm(err))
		return
	}
	query, save := r.PostForm.Get("query"), r.PostForm.Get("as") == "csv"
	v := sqlView{Query: query, Asked: true, Views: views, Limit: shownRows}
	rows := shownRows
	if save {
		rows = savedRows
	}
	began := time.Now()
	t, err := s.query(r, query, rows)
	v.Took = span(time.Since(began).Seconds())
	switch {
	case err != nil:
		e := judge(err)
		v.Mistake = strings.TrimPrefix(e.message, "query: ")
		s.render(w, r, e.status, "sql", "SQL", v)
	case save:
		s.saveCSV(w, t)
	default:
		v.fill(t)
		s.render(w, r, http.StatusOK, "sql", "SQL", v)
	}
}

// query waits for a place and asks.
func (s *Server) query(r *http.Request, query string, rows int) (storage.Table, error) {
	if strings.TrimSpace(query) == "" {
		return storage.Table{}, mistake("The query is empty.")
	}
	if !take(r.Context(), s.asking) {
		return storage.Table{}, &refusal{http.StatusServiceUnavailable, "Too many queries are running."}
	}
	defer func() { <-s.asking }()
	return s.Source.QueryWithin(r.Context(), query, rows, maxAnswer, queryTime)
}

func (v *sqlView) fill(t storage.Table) {
	v.Columns, v.Truncated = t.Columns, t.Truncated
	for _, row := range t.Rows {
		cells := make([]sqlCell, len(row))
		for i, x := range row {
			text := cellText(x)
			if len(text) > maxCell {
				text = strings.ToValidUTF8(text[:maxCell], "") + "…"
			}
			_, isFloat := x.(float64)
			_, isInt := x.(int64)
			_, isShort := x.(int32)
			cells[i] = sqlCell{text, isFloat || isInt || isShort}
		}
		v.Rows = append(v.Rows, cells)
	}
}

func (s *Server) saveCSV(w http.ResponseWriter, t storage.Table) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="answer.csv"`)
	if t.Truncated {
		w.Header().Set("X-Truncated", strconv.Itoa(len(t.Rows)))
	}
	out := csv.NewWriter(w)
	err := out.Write(t.Columns)
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, x := range row {
			cells[i] = cellText(x)
		}
		err = errors.Join(err, out.Write(cells))
	}
	out.Flush()
	if err != nil || out.Error() != nil {
		panic(http.ErrAbortHandler) // the asker sees that the file is not whole
	}
}

// cellText spells a database value: every digit of a number, nothing for null,
// JSON for objects and arrays.
func cellText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(x), 'g', -1, 32)
	case time.Time:
		return x.Format(time.RFC3339Nano)
	case []byte:
		return `\x` + hex.EncodeToString(x)
	case driver.Valuer: // numeric, interval and the like
		if plain, err := x.Value(); err == nil {
			return fmt.Sprint(plain)
		}
	case map[string]any, []any:
		if b, err := json.Marshal(x); err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}
