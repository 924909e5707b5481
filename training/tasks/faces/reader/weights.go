package reader

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"

	"sweep/training/checkpoint"
)

// Digest is the sha256 of weights.safetensors. Scores of two programs can be
// compared where their digests agree.
const Digest = "1c66b9afa5514598f881e9856a6b4e25b7294f26d95e1027b1852107cca5febc"

// Numerics is the arithmetic that the weights were trained in.
const Numerics = "cpu-avx2-fp32"

//go:embed weights.safetensors
var weights []byte

// Load gives the frozen network.
func Load() (*Net, error) {
	if sum := sha256.Sum256(weights); hex.EncodeToString(sum[:]) != Digest {
		return nil, fmt.Errorf("the attribute reader's weights have the digest %x, expected %s", sum, Digest)
	}
	return Decode(weights)
}

// Encode writes a network that was trained for some steps as a safetensors file
// with the checkpoints' manifest.
func Encode(n *Net, numerics string, seed, steps int64) ([]byte, error) {
	s := checkpoint.State{Counters: map[string]int64{"seed": seed}}
	for _, p := range n.Params() {
		s.Tensors = append(s.Tensors, checkpoint.FromFloats(p.Name, p.Rows, p.Cols, p.Data))
	}
	return checkpoint.Encode(checkpoint.Manifest{Task: "pfaces-reader", Numerics: numerics, Step: steps}, s)
}

// Decode reads what Encode wrote.
func Decode(file []byte) (*Net, error) {
	_, s, err := checkpoint.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("reading the attribute reader's weights: %w", err)
	}
	n := New()
	for _, p := range n.Params() {
		if err := checkpoint.CopyFloats(s, p.Name, p.Data); err != nil {
			return nil, fmt.Errorf("reading the attribute reader's weights: %w", err)
		}
	}
	return n, nil
}
