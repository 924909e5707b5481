package cuda

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// sources are the kernels as they were written: what the images were compiled
// from, and what package host compiles. Embedded, they are part of what the build
// of both depends on.
//
//go:embed kernels/*.cu kernels/*.cuh
var sources embed.FS

// Digest is the sha256 of all sources' names and contents, which the images name.
func Digest() string {
	h := sha256.New()
	names, err := fs.Glob(sources, "kernels/*")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, name := range names {
		text, err := sources.ReadFile(name)
		if err != nil {
			panic(err) // it was embedded
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
