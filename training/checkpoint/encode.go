package checkpoint

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// entry is a tensor's entry in a safetensors header.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// Encode writes a checkpoint. The manifest's counters and tensors are taken
// from the state.
func Encode(m Manifest, s State) ([]byte, error) {
	tensors := slices.Clone(s.Tensors)
	// Wider types first, as safetensors writers do, so that every tensor is aligned.
	slices.SortFunc(tensors, func(a, b Tensor) int {
		return cmp.Or(sizes[b.DType]-sizes[a.DType], cmp.Compare(a.Name, b.Name))
	})
	m.Counters, m.Tensors = s.Counters, make([]Digest, len(tensors))
	for i, t := range tensors {
		sum := sha256.Sum256(t.Data)
		m.Tensors[i] = Digest{Name: t.Name, DType: t.DType, Shape: t.Shape, SHA256: hex.EncodeToString(sum[:])}
		if n, err := m.Tensors[i].bytes(); err != nil || n != len(t.Data) {
			return nil, fmt.Errorf("encoding a checkpoint: tensor %s has %d bytes for %s %v", t.Name, len(t.Data), t.DType, t.Shape)
		}
	}
	out, err := header(m)
	if err != nil {
		return nil, fmt.Errorf("encoding a checkpoint: %w", err)
	}
	for _, t := range tensors {
		out = append(out, t.Data...)
	}
	return out, nil
}

// header writes everything before the tensors' bytes: a function of the
// manifest, padded so that the bytes begin at a multiple of eight.
func header(m Manifest) ([]byte, error) {
	manifest, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(manifest)
	fields := map[string]any{"__metadata__": map[string]string{
		"format": format, "manifest": string(manifest), "manifest_sha256": hex.EncodeToString(sum[:])}}
	at := 0
	for _, t := range m.Tensors {
		n, err := t.bytes()
		if err != nil {
			return nil, err
		}
		if _, twice := fields[t.Name]; twice {
			return nil, fmt.Errorf("tensor %s is there twice", t.Name)
		}
		fields[t.Name] = entry{DType: t.DType, Shape: t.Shape, Offsets: [2]int{at, at + n}}
		at += n
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), nil
}

// format names the file's form and its version.
const format = "sweep-checkpoint-1"

// bytes is the size of a tensor.
func (d Digest) bytes() (int, error) {
	n, ok := sizes[d.DType]
	if !ok {
		return 0, fmt.Errorf("tensor %s has the unknown type %q", d.Name, d.DType)
	}
	for _, side := range d.Shape {
		if side < 0 || (n > 0 && side > maxBytes/n) {
			return 0, fmt.Errorf("tensor %s has the impossible shape %v", d.Name, d.Shape)
		}
		n *= side
	}
	return n, nil
}
