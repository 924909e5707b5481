package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"sweep/storage"
)

// describe fills in what a search finds the trial by.
func describe(d *storage.Dispatch, params []byte) error {
	dec := json.NewDecoder(bytes.NewReader(params))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return fmt.Errorf("parameters of trial %.12s: %w", d.Hash, err)
	}
	for name, v := range m {
		d.Params = append(d.Params, fmt.Sprintf("%s=%v", name, v))
	}
	slices.Sort(d.Params)
	d.K, d.ZDim, d.Labels = intParam(m, "k"), intParam(m, "z_dim"), intParam(m, "labels")
	return nil
}

func intParam(m map[string]any, name string) int64 {
	n, ok := m[name].(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return i
}
