package main

import (
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"

	"sweep/storage/metrics"
)

// Bounds on what a Parquet file keeps in memory until it is written.
const (
	parquetGroup = 1 << 19 // rows of a row group
	parquetBatch = 1 << 10 // rows handed to the library at once
)

// parquetRows writes a Parquet file: texts by dictionary, everything compressed
// with zstd, times in microseconds of UTC.
type parquetRows struct {
	out   io.Writer
	sweep string
	w     *parquet.GenericWriter[any]
	batch []parquet.Row
}

func (p *parquetRows) begin(columns []metrics.Column) error {
	fields := make([]reflect.StructField, len(columns))
	options := []parquet.WriterOption{parquet.MaxRowsPerRowGroup(parquetGroup), parquet.CreatedBy("sweep", version().Version, version().Commit),
		parquet.KeyValueMetadata("sweep", p.sweep)}
	for i, c := range columns {
		fields[i] = parquetField(i, c)
		if c.Kind == metrics.Float { // bounds of a column that holds NaN would mislead readers
			options = append(options, parquet.SkipPageBounds(c.Name))
		}
	}
	schema := parquet.SchemaOf(reflect.New(reflect.StructOf(fields)).Interface())
	p.w = parquet.NewGenericWriter[any](p.out, append(options, schema)...)
	return nil
}

// parquetField spells a column as the library wants it: it takes columns in the
// order of a struct's fields.
func parquetField(i int, c metrics.Column) reflect.StructField {
	var zero any
	options := ""
	switch c.Kind {
	case metrics.Int:
		zero = int64(0)
	case metrics.Float:
		zero = float64(0)
	case metrics.Bool:
		zero = false
	case metrics.Time:
		zero, options = time.Time{}, ",timestamp(microsecond)"
	case metrics.JSON:
		zero, options = "", ",json,dict"
	default:
		zero, options = "", ",dict"
	}
	return reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: reflect.TypeOf(zero),
		Tag: reflect.StructTag(fmt.Sprintf(`parquet:"%s,optional,zstd%s"`, c.Name, options))}
}

func (p *parquetRows) row(values []any) error {
	n := len(p.batch)
	if n == cap(p.batch) {
		if err := p.flush(); err != nil {
			return err
		}
		n = 0
	}
	p.batch = p.batch[:n+1]
	row := p.batch[n][:0]
	for i, v := range values {
		row = append(row, parquetValue(v, i))
	}
	p.batch[n] = row
	return nil
}

// parquetValue: definition level 1 says that an optional value is there.
func parquetValue(v any, column int) parquet.Value {
	switch v := v.(type) {
	case string:
		return parquet.ByteArrayValue([]byte(v)).Level(0, 1, column)
	case int64:
		return parquet.Int64Value(v).Level(0, 1, column)
	case float64:
		return parquet.DoubleValue(v).Level(0, 1, column)
	case bool:
		return parquet.BooleanValue(v).Level(0, 1, column)
	case time.Time:
		return parquet.Int64Value(v.UnixMicro()).Level(0, 1, column)
	}
	return parquet.NullValue().Level(0, 0, column)
}

func (p *parquetRows) flush() error {
	if p.batch == nil {
		p.batch = make([]parquet.Row, 0, parquetBatch)
	}
	_, err := p.w.WriteRows(p.batch)
	p.batch = p.batch[:0]
	return err
}

func (p *parquetRows) close() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.w.Close()
}
