package kerneltest_test

import (
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/kerneltest"
)

func TestTheReferencePasses(t *testing.T) { kerneltest.Run(t, kernels.NewReference[float32]()) }
