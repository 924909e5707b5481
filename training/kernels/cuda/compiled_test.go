package cuda_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"sweep/training/kernels/cuda"
)

// TestTheImagesAreOfTheseSources: whoever changes a kernel compiles it again.
func TestTheImagesAreOfTheseSources(t *testing.T) {
	from, err := cuda.CompiledFrom()
	if err != nil {
		t.Fatal(err)
	}
	if from != cuda.Digest() {
		t.Error("the kernels have changed since they were compiled: run make gpu-kernels")
	}
}

func TestEveryImageHasEveryKernel(t *testing.T) {
	ptx, err := cuda.Image("compute_80")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\.entry (k_\w+)\(`).FindAllStringSubmatch(string(ptx), -1)
	if len(names) < 40 {
		t.Fatalf("%d kernels in the PTX", len(names))
	}
	for _, image := range cuda.ImageNames() {
		code, err := cuda.Image(image)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !bytes.Contains(code, []byte(name[1])) {
				t.Errorf("%s lacks %s", image, name[1])
			}
		}
	}
}

func TestADeviceGetsTheImageThatItRuns(t *testing.T) {
	for capability, want := range map[[2]int]string{{8, 0}: "sm_80", {8, 9}: "sm_80", {9, 0}: "sm_90", {10, 0}: "compute_80", {12, 1}: "compute_80"} {
		if got, err := cuda.ImageFor(capability[0], capability[1]); err != nil || got != want {
			t.Errorf("%v gets %q, %v", capability, got, err)
		}
	}
	if _, err := cuda.ImageFor(7, 5); !errors.Is(err, cuda.ErrNoDevice) || !strings.Contains(err.Error(), "7.5") {
		t.Errorf("7.5 gets %v", err)
	}
}
