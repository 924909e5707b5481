package lookalike

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

// Files draws a set and returns its four IDX files, decoded, by name.
func Files(train, test int, seed int64) map[string][]byte {
	key := kernels.NewKey(seed)
	names := data.Files()
	out := map[string][]byte{}
	for i, p := range []data.Part{part(train, key, 0), part(test, key, 1)} {
		out[names[2*i].Name] = append(header(3, p.Len(), data.Side, data.Side), p.Images...)
		out[names[2*i+1].Name] = append(header(1, p.Len()), p.Labels...)
	}
	return out
}

// header begins an IDX file of bytes with its dimensions.
func header(dims byte, sizes ...int) []byte {
	out := []byte{0, 0, 8, dims}
	for _, n := range sizes {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return out
}

// Write draws a set into a folder, compressed, under the published names.
func Write(dir string, train, test int, seed int64) error {
	for name, decoded := range Files(train, test, seed) {
		if err := os.WriteFile(filepath.Join(dir, name+".gz"), Gzip(decoded), 0o644); err != nil {
			return fmt.Errorf("write a look-alike: %w", err)
		}
	}
	return nil
}

// Gzip compresses a file's bytes.
func Gzip(decoded []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // the level is a valid one
	_, _ = z.Write(decoded)                           // a Buffer takes everything
	_ = z.Close()
	return out.Bytes()
}
