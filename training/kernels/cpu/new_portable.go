//go:build !amd64 || noasm

package cpu

import "sweep/training/kernels"

// New makes the fastest backend of this build: the reference.
func New() kernels.Backend[float32] { return kernels.NewReference[float32]() }
