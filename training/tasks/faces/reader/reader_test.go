package reader_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/faces/pfaces"
	"sweep/training/tasks/faces/reader"
)

var update = flag.Bool("update", false, "write the golden files anew")

func best() kernels.Backend[float32] { return cpu.New() }

func frozen(t testing.TB) *reader.Net {
	t.Helper()
	n, err := reader.Load()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A face in a hundred may be read wrongly in a kind; of so few faces some more
// by chance. cmd/train-reader -exam shows 4,000.
func TestTheFrozenNetworkReadsFacesThatItNeverSaw(t *testing.T) {
	const faces = 400
	for _, size := range []int{32, 96} {
		marks, err := reader.Exam(cpu.New(), frozen(t), "full", size, faces)
		if err != nil {
			t.Fatal(err)
		}
		for k, kind := range pfaces.Kinds() {
			if marks.Kinds[k] < 0.99 {
				t.Errorf("%d pixels: %s is read rightly %v of the time", size, kind.Name, marks.Kinds[k])
			}
		}
		for v, name := range pfaces.Names() {
			if marks.Values[v] < 0.96 {
				t.Errorf("%d pixels: R² of %s is %v", size, name, marks.Values[v])
			}
		}
	}
}

// What training does is pinned by its first losses: `make reader` needs many
// minutes to say the same.
func TestTrainingIsAFunctionOfItsSeed(t *testing.T) {
	steps := func(seed int64) string {
		tr, err := reader.NewTrainer(best, seed)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for range 4 {
			fmt.Fprintln(&out, tr.Step())
		}
		return out.String()
	}
	got := steps(reader.Seed)
	if again := steps(reader.Seed); got != again {
		t.Errorf("losses\n%sand\n%s", got, again)
	}
	if other := steps(1); got == other {
		t.Error("two seeds have the same losses")
	}
	path := filepath.Join("testdata", "steps-"+cpu.New().Name()+".txt")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil && cpu.New().Name() == reader.Numerics || err == nil && got != string(want) {
		t.Errorf("%v, losses\n%swant\n%s", err, got, want)
	}
}

func TestALensTakesMeans(t *testing.T) {
	picture := func(size int) []float32 { // red rises to the right, green downwards, blue is 0.25
		out := make([]float32, 3*size*size)
		for i := range size * size {
			out[i] = float32(i%size) / float32(size)
			out[size*size+i] = float32(i/size) / float32(size)
			out[2*size*size+i] = 0.25
		}
		return out
	}
	for _, size := range []int{32, 48, 64, 96, 33, 8} {
		out := reader.Look(picture(size), size)
		mean := 0.0
		for i := range 32 * 32 {
			mean += float64(out[i]) / (32 * 32)
			if d := out[i] - out[1024+(i%32)*32+i/32]; d > 1e-5 || d < -1e-5 {
				t.Fatalf("%d: rows and columns differ at %d by %v", size, i, d)
			}
			if b := out[2048+i]; b < 0.24999 || b > 0.25001 {
				t.Fatalf("%d: the mean of equal ones is %v", size, b)
			}
		}
		if want := 0.5 - 0.5/float64(size); math.Abs(mean-want) > 1e-5 {
			t.Errorf("%d: the mean is %v, expected %v", size, mean, want)
		}
	}
	if out, in := reader.Look(picture(64), 64), picture(64); out[5] != (in[10]+in[11])/2 {
		t.Errorf("pixel 5 is %v", out[5])
	}
}

// What is written as the truth is read as it was.
func TestATrueAnswerIsTheFace(t *testing.T) {
	f, err := pfaces.New("full", 32, 5)
	if err != nil {
		t.Fatal(err)
	}
	var read, correct []pfaces.Attributes
	for i := range 200 {
		a, output, at := f.Attributes(pfaces.Train, i), make([]float32, reader.Outputs), 0
		for k, kind := range pfaces.Kinds() {
			output[at+int(a.Kinds[k])] = 3
			at += len(kind.Values)
		}
		reader.Truth(output[reader.KindOutputs:], a)
		r := reader.NewReading(output)
		for v, x := range r.Values {
			if d := int16(x - a.Values[v]); r.Kinds != a.Kinds || d > 2 || d < -2 {
				t.Fatalf("%v is read as %v", a, r)
			}
		}
		read, correct = append(read, r.Attributes), append(correct, a)
	}
	m := reader.Marked(read, correct)
	if slices.Min(m.Kinds[:]) != 1 || slices.Min(m.Values[:]) < 0.9999 {
		t.Errorf("true answers have the marks\n%s", m)
	}
	slices.Reverse(read)
	if m := reader.Marked(read, correct); slices.Max(m.Kinds[:]) > 0.8 || slices.Max(m.Values[:]) > 0 {
		t.Errorf("answers about other faces have the marks\n%s", m)
	}
}

func TestAnswersBeyondTheRangeAreItsEnds(t *testing.T) {
	output := make([]float32, reader.Outputs)
	for i := range output {
		output[i] = float32(math.NaN())
	}
	output[reader.KindOutputs], output[reader.KindOutputs+1] = -7, 7
	r := reader.NewReading(output)
	if r.Values[0] != 0 || r.Values[1] != 65535 {
		t.Errorf("it is %v", r.Values)
	}
	for k, kind := range pfaces.Kinds() {
		if int(r.Kinds[k]) >= len(kind.Values) {
			t.Errorf("kind %d is %d", k, r.Kinds[k])
		}
	}
}

func TestWhatIsEncodedIsDecoded(t *testing.T) {
	file, err := reader.Encode(frozen(t), "x", 3, 7)
	if err != nil {
		t.Fatal(err)
	}
	n, err := reader.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := reader.Encode(n, "x", 3, 7); err != nil || !bytes.Equal(file, again) {
		t.Errorf("another file, %v", err)
	}
	if len(file) > 2<<20 {
		t.Errorf("the weights are %d bytes", len(file))
	}
	if _, err := reader.Decode(file[:len(file)-1]); !errors.Is(err, training.ErrState) {
		t.Errorf("half a file: %v", err)
	}
}

// A picture is read alike whatever is read with it.
func TestAReadingIsAFunctionOfItsPicture(t *testing.T) {
	r, err := reader.NewReader(cpu.New(), frozen(t), 48)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := pfaces.New("full", 48, 5)
	set, width := f.Set(), 3*48*48
	pictures := make([]float32, 70*width)
	for i := range 70 {
		for x, v := range set.Train.At(i) {
			pictures[i*width+x] = float32(v)/127.5 - 1
		}
	}
	features, readings := r.Read(pictures)
	alone, reading := r.Read(pictures[69*width:])
	if len(readings) != 70 || len(features) != 70*reader.Features || !slices.Equal(features[69*reader.Features:], alone) || readings[69].Attributes != reading[0].Attributes {
		t.Errorf("%d readings; the last is %v and %v", len(readings), readings[69], reading[0])
	}
	for _, size := range []int{0, 7, 1000} {
		if _, err := reader.NewReader(cpu.New(), frozen(t), size); err == nil {
			t.Errorf("pictures of %d pixels are read", size)
		}
	}
}
