package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"

	"sweep/storage/metrics"
)

// csvRows writes RFC 4180 with a heading.
type csvRows struct {
	w     *csv.Writer
	cells []string
}

func newCSVRows(out io.Writer) *csvRows { return &csvRows{w: csv.NewWriter(out)} }

func (c *csvRows) begin(columns []metrics.Column) error {
	c.cells = make([]string, len(columns))
	for i, k := range columns {
		c.cells[i] = k.Name
	}
	return c.w.Write(c.cells)
}

func (c *csvRows) row(values []any) error {
	for i, v := range values {
		c.cells[i] = exportText(v)
	}
	return c.w.Write(c.cells)
}

func (c *csvRows) close() error {
	c.w.Flush()
	return c.w.Error()
}

// exportText spells a value so that nothing of it is lost.
func exportText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return ""
}

// jsonRows writes one JSON object per line.
type jsonRows struct {
	out     io.Writer
	columns []metrics.Column
	keys    [][]byte // `{"name":` for the first, `,"name":` for the others
	line    []byte
}

func (j *jsonRows) begin(columns []metrics.Column) error {
	j.columns = columns
	for i, c := range columns {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		before := ","
		if i == 0 {
			before = "{"
		}
		j.keys = append(j.keys, append(append([]byte(before), name...), ':'))
	}
	return nil
}

func (j *jsonRows) row(values []any) error {
	j.line = j.line[:0]
	for i, v := range values {
		j.line = append(j.line, j.keys[i]...)
		if err := j.value(j.columns[i].Kind, v); err != nil {
			return err
		}
	}
	j.line = append(j.line, "}\n"...)
	_, err := j.out.Write(j.line)
	return err
}

func (j *jsonRows) value(kind metrics.Kind, v any) error {
	switch f := v.(type) {
	case nil:
		j.line = append(j.line, "null"...)
		return nil
	case int64, bool:
		j.line = append(j.line, exportText(v)...)
		return nil
	case float64:
		if !math.IsNaN(f) && !math.IsInf(f, 0) {
			j.line = strconv.AppendFloat(j.line, f, 'g', -1, 64)
			return nil
		}
	case string:
		if kind == metrics.JSON {
			j.line = append(j.line, f...)
			return nil
		}
	}
	text, err := json.Marshal(exportText(v))
	j.line = append(j.line, text...)
	return err
}

func (j *jsonRows) close() error { return nil }
