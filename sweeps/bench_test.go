package sweeps_test

import (
	"testing"

	"sweep/sweeps"
)

func BenchmarkParse(b *testing.B) {
	data := []byte(mustRead(b, "paper.yaml"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sweeps.Parse("paper.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}

// One iteration is one trial with its hash.
func BenchmarkExpand(b *testing.B) {
	s := mustParse(b, "x.yaml", one("matrix: {k: [1, 5], z_dim: [16, 256], rollback: [carry, restore]}, seeds: 1000"))
	b.ReportAllocs()
	for n := 0; n < b.N; {
		for trial, err := range s.Expand() {
			if err != nil || len(trial.Config.Hash()) != 64 {
				b.Fatal(err)
			}
			if n++; n == b.N {
				break
			}
		}
	}
}
