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
const Digest = "6e18b39543239a92de6ec53eae0626d338f5ccfb2ad08eaefe905c4ad896885f"

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
