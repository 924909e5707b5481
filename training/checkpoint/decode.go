package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"sweep/training"
)

// Bounds of what Decode looks at.
const (
	maxHeader = 4 << 20
	maxBytes  = 1 << 40
)

// Decode reads a checkpoint and verifies every byte of it. The tensors' bytes
// are slices of data.
func Decode(data []byte) (Manifest, State, error) {
	m, s, err := decodeAll(data)
	if err != nil {
		return Manifest{}, State{}, fmt.Errorf("%w: %w", training.ErrState, err)
	}
	return m, s, nil
}

func decodeAll(data []byte) (Manifest, State, error) {
	if len(data) < 8 {
		return Manifest{}, State{}, fmt.Errorf("%d bytes are too few", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if n > maxHeader || n > uint64(len(data)-8) {
		return Manifest{}, State{}, fmt.Errorf("a header of %d bytes does not fit", n)
	}
	head, body := data[:8+n], data[8+n:]
	m, err := readManifest(head[8:])
	if err != nil {
		return Manifest{}, State{}, err
	}
	// A header is a function of its manifest, so one comparison checks every
	// name, shape, offset and space of it.
	again, err := header(m)
	if err != nil {
		return Manifest{}, State{}, err
	}
	if !bytes.Equal(again, head) {
		return Manifest{}, State{}, fmt.Errorf("the header does not agree with its manifest")
	}
	s, err := readTensors(m, body)
	return m, s, err
}

func readManifest(text []byte) (Manifest, error) {
	var h struct {
		Metadata struct {
			Format   string `json:"format"`
			Manifest string `json:"manifest"`
			SHA256   string `json:"manifest_sha256"`
		} `json:"__metadata__"`
	}
	var m Manifest
	if err := json.Unmarshal(text, &h); err != nil {
		return m, fmt.Errorf("the header is not JSON: %w", err)
	}
	if h.Metadata.Format != format {
		return m, fmt.Errorf("it is not a checkpoint of this program (format %q)", h.Metadata.Format)
	}
	if sum := sha256.Sum256([]byte(h.Metadata.Manifest)); hex.EncodeToString(sum[:]) != h.Metadata.SHA256 {
		return m, fmt.Errorf("the manifest's digest differs")
	}
	if err := json.Unmarshal([]byte(h.Metadata.Manifest), &m); err != nil {
		return m, fmt.Errorf("the manifest is not readable: %w", err)
	}
	return m, nil
}

func readTensors(m Manifest, body []byte) (State, error) {
	s := State{Counters: m.Counters}
	for _, d := range m.Tensors {
		n, err := d.bytes()
		if err != nil {
			return State{}, err
		}
		if n > len(body) {
			return State{}, fmt.Errorf("it ends within tensor %s", d.Name)
		}
		if sum := sha256.Sum256(body[:n]); hex.EncodeToString(sum[:]) != d.SHA256 {
			return State{}, fmt.Errorf("tensor %s has another digest than the manifest says", d.Name)
		}
		s.Tensors = append(s.Tensors, Tensor{Name: d.Name, DType: d.DType, Shape: d.Shape, Data: body[:n:n]})
		body = body[n:]
	}
	if len(body) > 0 {
		return State{}, fmt.Errorf("%d bytes follow the last tensor", len(body))
	}
	return s, nil
}
