package main

import (
	"bytes"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// record is one row of a query as a JSON object with its columns in order.
type record struct {
	columns []string
	values  []any
}

// MarshalJSON writes numbers that JSON cannot say (NaN, infinities) as strings.
func (r record) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range r.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := jsonCell(r.values[i])
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func jsonCell(v any) ([]byte, error) {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return json.Marshal(cellText(f))
	}
	if raw, ok := v.([]byte); ok {
		return json.Marshal(cellText(raw))
	}
	if b, err := json.Marshal(v); err == nil {
		return b, nil
	}
	return json.Marshal(cellText(v)) // arrays that hold NaN, say
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

// isNumber tells which columns a table aligns to the right.
func isNumber(v any) bool {
	switch v.(type) {
	case int16, int32, int64, float32, float64:
		return true
	}
	return false
}
