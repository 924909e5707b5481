package cuda

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"strings"
)

// images are the kernels compiled ahead of time, and sources, which says what of.
//
//go:embed images
var images embed.FS

// ImageFor names the image for a compute capability, 8.0 or later: code for
// Ampere and Ada or for Hopper, and for all later ones text that the driver
// compiles.
func ImageFor(major, minor int) (string, error) {
	switch {
	case major < 8:
		return "", fmt.Errorf("%w: compute capability %d.%d, the kernels need 8.0", ErrNoDevice, major, minor)
	case major == 8:
		return "sm_80", nil
	case major == 9:
		return "sm_90", nil
	}
	return "compute_80", nil
}

// ImageNames are the images that there are.
func ImageNames() []string { return []string{"sm_80", "sm_90", "compute_80"} }

// Image is a compiled image: a cubin, or PTX.
func Image(name string) ([]byte, error) {
	packed, err := images.ReadFile("images/" + name + ".gz")
	if err != nil {
		return nil, fmt.Errorf("the kernels for %s: %w", name, err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("the kernels for %s: %w", name, err)
	}
	return io.ReadAll(r)
}

// CompiledFrom is the digest of the sources that the images were compiled from.
func CompiledFrom() (string, error) {
	text, err := images.ReadFile("images/sources.sha256")
	return strings.TrimSpace(string(text)), err
}
