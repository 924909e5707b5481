package training

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Setting is one parameter and its value.
type Setting struct {
	Name  string
	Value Value
}

// Params is a set of settings, sorted by name. Its JSON form is an object with
// sorted keys, so equal parameters have equal bytes.
type Params []Setting

// Get finds a setting.
func (p Params) Get(name string) (Value, bool) {
	i, ok := slices.BinarySearchFunc(p, name, func(s Setting, n string) int { return strings.Compare(s.Name, n) })
	if !ok {
		return Value{}, false
	}
	return p[i].Value, true
}

// Int, Float, Str and Bool read one setting; an absent one reads as zero.
func (p Params) Int(name string) int64 { v, _ := p.Get(name); return v.Int() }

// Float reads a number.
func (p Params) Float(name string) float64 { v, _ := p.Get(name); return v.Float() }

// Str reads a string.
func (p Params) Str(name string) string { v, _ := p.Get(name); return v.Str() }

// Bool reads a flag.
func (p Params) Bool(name string) bool { v, _ := p.Get(name); return v.Bool() }

// With returns a copy with one setting added or replaced.
func (p Params) With(name string, v Value) Params {
	i, ok := slices.BinarySearchFunc(p, name, func(s Setting, n string) int { return strings.Compare(s.Name, n) })
	out := slices.Clone(p)
	if ok {
		out[i].Value = v
		return out
	}
	return slices.Insert(out, i, Setting{name, v})
}

// String spells the settings as "k=5 z_dim=256".
func (p Params) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.Name + "=" + s.Value.String()
	}
	return strings.Join(parts, " ")
}

// MarshalJSON writes an object with sorted keys.
func (p Params) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, s := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(s.Name)
		if err != nil {
			return nil, err
		}
		value, err := s.Value.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", s.Name, err)
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// DecodeParams reads MarshalJSON's form back, typed by the schema. Every
// parameter of the schema must be there and no other: these are resolved
// parameters, not a user's.
func (s Schema) DecodeParams(data []byte) (Params, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var raw map[string]any
	if err := dec.Decode(&raw); err != nil {
		return nil, fmt.Errorf("parameters of task %s: %w", s.Task, err)
	}
	if len(raw) != len(s.Params) {
		return nil, fmt.Errorf("parameters of task %s: %d settings, the schema has %d", s.Task, len(raw), len(s.Params))
	}
	var out Params
	for _, p := range s.Params {
		r, ok := raw[p.Name]
		if !ok {
			return nil, fmt.Errorf("parameters of task %s: %s is missing", s.Task, p.Name)
		}
		if n, ok := r.(json.Number); ok {
			r = n.String()
		}
		v, err := p.Parse(r)
		if err != nil {
			return nil, fmt.Errorf("parameters of task %s: %s: %w", s.Task, p.Name, err)
		}
		out = out.With(p.Name, v)
	}
	return out, nil
}
