package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sweep/training/kernels/cpu"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/driver"
)

// withoutDevice tells whether this machine, and this build, have no device.
func withoutDevice() bool {
	_, err := driver.Count()
	return errors.Is(err, cuda.ErrNoDevice)
}

func TestDoctorSaysWhatTrainsHereAndWhyNoDeviceDoes(t *testing.T) {
	t.Setenv(deviceVariable, "")
	got := types(t, "", "doctor", "-o", "json")
	var d diagnosis
	if err := json.Unmarshal([]byte(got.out), &d); err != nil || got.code != exitDone {
		t.Fatalf("%d, %v in %s", got.code, err, got.out)
	}
	if d.TrainsOn != cpu.New().Name() || d.TrainsOn != d.Processor || d.Setting != "cpu" || d.Cores < 1 {
		t.Errorf("got %+v", d)
	}
	if withoutDevice() != strings.Contains(d.Without, "no CUDA device") || withoutDevice() != (len(d.Devices) == 0) {
		t.Errorf("devices %+v, without because %q", d.Devices, d.Without)
	}
	if text := types(t, "", "doctor"); !strings.Contains(text.out, "trains on  "+d.TrainsOn) || text.code != exitDone {
		t.Errorf("%d: %s", text.code, text.out)
	}
}

func TestADeviceThatIsNotThereIsTheUsersMistakeUnlessItIsOptional(t *testing.T) {
	if !withoutDevice() {
		return // the mistake cannot be made here
	}
	train := func() said {
		return types(t, "", "train", "--task", "noop", "-p", "steps=1", "--out", t.TempDir())
	}
	t.Setenv(deviceVariable, "cuda")
	if got := train(); got.code != exitInvalid || !strings.Contains(got.err, "SWEEP_DEVICE=cuda: no CUDA device") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("cuda: %d, %s", got.code, got.err)
	}
	if got := types(t, "", "doctor"); got.code != exitDone || !strings.Contains(got.out, "nothing    SWEEP_DEVICE=cuda") {
		t.Errorf("doctor: %d, %s", got.code, got.out)
	}
	t.Setenv(deviceVariable, "auto")
	if got := train(); got.code != exitDone || !strings.Contains(got.err, "training on the processor: no CUDA device") {
		t.Errorf("auto: %d, %s", got.code, got.err)
	}
	t.Setenv(deviceVariable, "tpu")
	if got := train(); got.code != exitInvalid || !strings.Contains(got.err, "expected cpu, cuda, cuda-tf32 or auto") {
		t.Errorf("tpu: %d, %s", got.code, got.err)
	}
}
