package stacked_test

import (
	"math"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality/lenet"
	"sweep/training/tasks/stacked"
)

// readDigits are what LeNet takes some training images for, one at a time.
func readDigits(t *testing.T, indices []int32) []int {
	t.Helper()
	net, err := lenet.Load()
	if err != nil {
		t.Fatal(err)
	}
	reader, err := lenet.NewReader(cpu.New(), net)
	if err != nil {
		t.Fatal(err)
	}
	logits := make([]float32, len(indices)*data.Classes)
	reader.ReadPart(make([]float32, len(indices)*lenet.Features), logits, lookAlike().Train, indices)
	digits := make([]int, len(indices))
	for i := range digits {
		for c, l := range logits[i*data.Classes:][:data.Classes] {
			if l > logits[i*data.Classes+digits[i]] {
				digits[i] = c
			}
		}
	}
	return digits
}

// TestAModeIsTheDigitsOfTheChannelsInOrder stacks images whose digits are known.
func TestAModeIsTheDigitsOfTheChannelsInOrder(t *testing.T) {
	indices := make([]int32, 60)
	for i := range indices {
		indices[i] = int32(i)
	}
	digits := readDigits(t, indices)
	want := make([]int, training.StackedModes)
	for i := 0; i < len(digits); i += 3 {
		want[100*digits[i]+10*digits[i+1]+digits[i+2]]++
	}
	stacks := make([]float32, len(indices)*data.Pixels)
	lookAlike().Train.Fill(stacks, data.Unit(), indices)
	got, err := stacked.CountModes(cpu.New(), stacks)
	if err != nil {
		t.Fatal(err)
	}
	modes := 0
	for mode := range want {
		if got[mode] != want[mode] {
			t.Errorf("mode %03d: %d stacks, want %d", mode, got[mode], want[mode])
		}
		if want[mode] > 0 {
			modes++
		}
	}
	if modes < 10 {
		t.Errorf("only %d modes: LeNet tells too few of the images apart for this test", modes)
	}
}

// TestTheScoresOfACollapsedGeneratorAreTheWorst: without weights in its last
// layer all images are one, and one mode is ln 1000 from uniform.
func TestTheScoresOfACollapsedGeneratorAreTheWorst(t *testing.T) {
	run, err := stacked.Task{Sets: drawn{}, Backend: func() kernels.Backend[float32] { return cpu.New() }}.Open(variant("k=1").config(t))
	if err != nil {
		t.Fatal(err)
	}
	s := run.State(0)
	for i, tensor := range s.Tensors {
		if strings.HasPrefix(tensor.Name, "generator.13.") {
			clear(s.Tensors[i].Data)
		}
	}
	restore(t, run, 0, s)
	points, artifacts := run.Evaluate(0)
	for _, p := range points {
		if p.Metric == "modes" && p.Value != 1 || p.Metric == "mode_kl" && math.Abs(p.Value-math.Log(1000)) > 1e-12 {
			t.Errorf("%s is %v", p.Metric, p.Value)
		}
	}
	const head = "\x93NUMPY\x01\x00"
	sheet := artifacts[0].Data
	if string(sheet[:8]) != head || !strings.Contains(string(sheet[:100]), "(100, 28, 28, 3, )") || artifacts[0].Name != "samples" {
		t.Errorf("the sheet is %q …", sheet[:100])
	}
	for _, b := range sheet[len(sheet)-100*28*28*3:] {
		if b != 128 { // tanh(0) is half ink
			t.Fatalf("a collapsed picture has the byte %d", b)
		}
	}
}
