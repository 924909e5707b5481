package lenet_test

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
	"sweep/training/tasks/mnist/quality/lenet"
)

var update = flag.Bool("update", false, "write the golden files anew")

func set(t testing.TB) *data.Set {
	t.Helper()
	s, err := data.Load(lookalike.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drawn is a small look-alike, the same on every machine.
func drawn(t testing.TB) *data.Set {
	t.Helper()
	dir := t.TempDir()
	if err := lookalike.Write(dir, 1000, 100, 1); err != nil {
		t.Fatal(err)
	}
	s, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reader(t testing.TB, be kernels.Backend[float32]) *lenet.Reader {
	t.Helper()
	n, err := lenet.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := lenet.NewReader(be, n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Of a look-alike nothing is promised but that its digits are not taken for
// chance.
func TestTheFrozenClassifierKnowsTheTestImages(t *testing.T) {
	s := set(t)
	got, least, most := reader(t, cpu.New()).Accuracy(s.Test), 0.2, 1.0
	if s.Published() {
		least, most = lenet.TestAccuracy-0.0002, lenet.TestAccuracy+0.0002 // an image or two at the edge, by the arithmetic
	}
	if got < least || got > most {
		t.Errorf("accuracy %v, expected %v to %v", got, least, most)
	}
	if lenet.TestAccuracy < 0.99 {
		t.Errorf("an accuracy of %v is too little for an instrument", lenet.TestAccuracy)
	}
}

// steps trains a little and says what came of it.
func steps(t *testing.T, be kernels.Backend[float32]) string {
	t.Helper()
	tr, err := lenet.NewTrainer(be, drawn(t).Train, lenet.Seed)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var losses []float64
	for range 25 { // more than an epoch
		losses = append(losses, tr.Step())
		fmt.Fprintln(&out, losses[len(losses)-1])
	}
	if first, last := losses[0], losses[24]; !(last < first/2) {
		t.Errorf("%s: the loss went from %v to %v", be.Name(), first, last)
	}
	file, err := lenet.Encode(tr.Net, be.Name(), lenet.Seed, 25)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "%x\n", sha256.Sum256(file))
	return out.String()
}

func TestTrainingAgainGivesTheSameBytes(t *testing.T) {
	for _, be := range []kernels.Backend[float32]{kernels.NewReference[float32](), cpu.New()} {
		got, path := steps(t, be), filepath.Join("testdata", "steps-"+be.Name()+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v (on an architecture seen first: go test -update, and compare with the others' files)", err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%swant\n%s", be.Name(), got, want)
		}
	}
}

func TestTooFewImagesToTrainOnAreRefused(t *testing.T) {
	p := drawn(t).Test
	p.Images, p.Labels = p.Images[:49*data.Pixels], p.Labels[:49]
	if _, err := lenet.NewTrainer(cpu.New(), p, 1); err == nil || !strings.Contains(err.Error(), "49 images are fewer than a batch of 50") {
		t.Errorf("got %v", err)
	}
}

func TestAnImagesFeaturesAreItsOwn(t *testing.T) {
	r, p := reader(t, cpu.New()), set(t).Test
	const n = 205
	indices := make([]int32, n)
	for i := range indices {
		indices[i] = int32(i)
	}
	features, logits := make([]float32, n*lenet.Features), make([]float32, n*data.Classes)
	r.ReadPart(features, logits, p, indices)
	for _, i := range []int{0, 99, 100, 204} {
		one, own := make([]float32, lenet.Features), make([]float32, data.Classes)
		r.ReadPart(one, own, p, indices[i:i+1])
		if !slices.Equal(one, features[i*lenet.Features:][:lenet.Features]) || !slices.Equal(own, logits[i*data.Classes:][:data.Classes]) {
			t.Errorf("image %d is seen differently alone", i)
		}
	}
}

func TestWeightsSurviveTheirFileAndDamageIsSeen(t *testing.T) {
	n, err := lenet.Load()
	if err != nil {
		t.Fatal(err)
	}
	file, err := lenet.Encode(n, "any", 1, 2)
	if err != nil || len(file) > 400<<10 {
		t.Fatalf("%d bytes, %v", len(file), err)
	}
	again, err := lenet.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range n.Params() {
		if !slices.Equal(p.Data, again.Params()[i].Data) {
			t.Errorf("%s has changed", p.Name)
		}
	}
	for _, at := range []int{0, 9, len(file) / 2, len(file) - 1} {
		damaged := slices.Clone(file)
		damaged[at] ^= 4
		if _, err := lenet.Decode(damaged); !errors.Is(err, training.ErrState) {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
	if _, err := lenet.Decode(file[:len(file)-4]); !errors.Is(err, training.ErrState) {
		t.Errorf("cut off: %v", err)
	}
}

func BenchmarkStep(b *testing.B) {
	tr, err := lenet.NewTrainer(cpu.New(), drawn(b).Train, lenet.Seed)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tr.Step()
	}
}
