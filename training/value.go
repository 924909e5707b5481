package training

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is the type of a parameter.
type Kind string

// The kinds of parameters.
const (
	Int    Kind = "int"
	Float  Kind = "float"
	String Kind = "string"
	Bool   Kind = "bool"
)

// Value is one typed parameter value. The zero Value has no kind.
type Value struct {
	kind Kind
	i    int64
	f    float64
	s    string
	b    bool
}

// IntValue, FloatValue, StringValue and BoolValue make values of their kinds.
func IntValue(i int64) Value { return Value{kind: Int, i: i} }

// FloatValue makes a Float; negative zero becomes zero, so that it has one spelling.
func FloatValue(f float64) Value { return Value{kind: Float, f: f + 0} }

// StringValue makes a String.
func StringValue(s string) Value { return Value{kind: String, s: s} }

// BoolValue makes a Bool.
func BoolValue(b bool) Value { return Value{kind: Bool, b: b} }

// Kind tells the value's kind, "" for the zero Value.
func (v Value) Kind() Kind { return v.kind }

// Int, Float, Str and Bool return the value as its own kind; of another kind
// they return zero, except that Float also widens an Int.
func (v Value) Int() int64 { return v.i }

// Float returns a Float, or an Int widened.
func (v Value) Float() float64 {
	if v.kind == Int {
		return float64(v.i)
	}
	return v.f
}

// Str returns a String.
func (v Value) Str() string { return v.s }

// Bool returns a Bool.
func (v Value) Bool() bool { return v.b }

// String spells the value as it stands in a table or a YAML file.
func (v Value) String() string {
	switch v.kind {
	case Int:
		return strconv.FormatInt(v.i, 10)
	case Float:
		return strconv.FormatFloat(v.f, 'g', -1, 64)
	case Bool:
		return strconv.FormatBool(v.b)
	}
	return v.s
}

// MarshalJSON writes the canonical form: one spelling for one value.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case Int:
		return strconv.AppendInt(nil, v.i, 10), nil
	case Float:
		return json.Marshal(v.f)
	case Bool:
		return strconv.AppendBool(nil, v.b), nil
	}
	return json.Marshal(v.s)
}

// Convert turns what a file or a flag held (int64, uint64, float64, string or
// bool) into a value of the kind, and says what is wrong when it cannot. The
// spellings 1, 1.0 and "1" of an Int are one value.
func (k Kind) Convert(raw any) (Value, error) {
	if s, ok := raw.(string); ok && k != String {
		return k.parse(strings.TrimSpace(s))
	}
	switch k {
	case Int:
		return toInt(raw)
	case Float:
		return toFloat(raw)
	case Bool:
		if b, ok := raw.(bool); ok {
			return BoolValue(b), nil
		}
	case String:
		if s, ok := raw.(string); ok {
			return StringValue(s), nil
		}
	}
	return Value{}, fmt.Errorf("expected %s, got %v", article(k), raw)
}

func (k Kind) parse(s string) (Value, error) {
	if k == Bool {
		switch s {
		case "true":
			return BoolValue(true), nil
		case "false":
			return BoolValue(false), nil
		}
		return Value{}, fmt.Errorf("expected true or false, got %q", s)
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return k.Convert(i)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return Value{}, fmt.Errorf("expected %s, got %q", article(k), s)
	}
	return k.Convert(f)
}

func toInt(raw any) (Value, error) {
	switch n := raw.(type) {
	case int64:
		return IntValue(n), nil
	case uint64:
		if n <= math.MaxInt64 {
			return IntValue(int64(n)), nil
		}
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return IntValue(int64(n)), nil
		}
	}
	return Value{}, fmt.Errorf("expected an integer, got %v", raw)
}

func toFloat(raw any) (Value, error) {
	switch n := raw.(type) {
	case int64:
		return FloatValue(float64(n)), nil
	case uint64:
		return FloatValue(float64(n)), nil
	case float64:
		if !math.IsNaN(n) && !math.IsInf(n, 0) {
			return FloatValue(n), nil
		}
	}
	return Value{}, fmt.Errorf("expected a finite number, got %v", raw)
}

func article(k Kind) string {
	switch k {
	case Int:
		return "an integer"
	case Float:
		return "a number"
	case Bool:
		return "true or false"
	}
	return "a string"
}
