package checkpoint_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sweep/training"
	"sweep/training/checkpoint"
)

func sample(t testing.TB) (training.Config, checkpoint.Manifest, checkpoint.State) {
	t.Helper()
	cfg, err := training.NewConfig("noop", training.Params{}.With("steps", training.IntValue(9)), 3)
	if err != nil {
		t.Fatal(err)
	}
	m := checkpoint.Manifest{Engine: cfg.Engine, Trial: cfg.Hash(), Task: cfg.Task, Numerics: "test", Step: 7, Diverged: "why",
		Last: []checkpoint.Last{{Metric: "loss", Value: checkpoint.Number(math.NaN())}, {Metric: "score", Value: 0.1}}}
	s := checkpoint.State{Counters: map[string]int64{"adam": 12, "stream.z": 8}, Tensors: []checkpoint.Tensor{
		checkpoint.FromFloats("b", 1, 3, []float32{1, float32(math.Inf(1)), -0.5}),
		checkpoint.FromFloats("a", 2, 2, []float32{0, 1.5, float32(math.NaN()), 3}),
		checkpoint.FromFloats("wide", 1, 2, []float64{math.Pi, -1}),
		checkpoint.FromFloats("empty", 0, 4, []float64{}),
	}}
	return cfg, m, s
}

func encoded(t testing.TB) (training.Config, []byte) {
	t.Helper()
	cfg, m, s := sample(t)
	data, err := checkpoint.Encode(m, s)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, data
}

func TestAStateComesBackBitForBit(t *testing.T) {
	cfg, data := encoded(t)
	m, s, err := checkpoint.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	_, wantM, wantS := sample(t)
	if m.Step != 7 || m.Diverged != "why" || m.Check(cfg, "test") != nil || !reflect.DeepEqual(s.Counters, wantS.Counters) {
		t.Errorf("the manifest came back as %+v", m)
	}
	if !math.IsNaN(float64(m.Last[0].Value)) || m.Last[1] != wantM.Last[1] {
		t.Errorf("the last values came back as %v", m.Last)
	}
	for _, want := range wantS.Tensors {
		i := slices.IndexFunc(s.Tensors, func(t checkpoint.Tensor) bool { return t.Name == want.Name })
		if i < 0 || !bytes.Equal(s.Tensors[i].Data, want.Data) || !slices.Equal(s.Tensors[i].Shape, want.Shape) {
			t.Errorf("tensor %s did not come back", want.Name)
		}
	}
	got := make([]float32, 4)
	if err := checkpoint.CopyFloats(s, "a", got); err != nil || got[1] != 1.5 || !math.IsNaN(float64(got[2])) {
		t.Errorf("tensor a came back as %v, %v", got, err)
	}
	wide := make([]float64, 2)
	if err := checkpoint.CopyFloats(s, "wide", wide); err != nil || wide[0] != math.Pi {
		t.Errorf("tensor wide came back as %v, %v", wide, err)
	}
}

func TestEqualStatesHaveEqualBytes(t *testing.T) {
	_, want := encoded(t)
	_, m, s := sample(t)
	slices.Reverse(s.Tensors)
	if got, err := checkpoint.Encode(m, s); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the order of tensors changed the bytes (%v)", err)
	}
	m2, s2, err := checkpoint.Decode(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := checkpoint.Encode(m2, s2); err != nil || !bytes.Equal(got, want) {
		t.Errorf("encoding what was decoded changed the bytes (%v)", err)
	}
}

func TestTensorsAreAligned(t *testing.T) {
	_, data := encoded(t)
	if n := int(data[0]) | int(data[1])<<8 | int(data[2])<<16; n%8 != 0 {
		t.Errorf("the header has %d bytes", n)
	}
	// Wider types come first, so an offset is a multiple of its type's size.
	if wide, a := bytes.Index(data, []byte(`"wide":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]}`)), bytes.Index(data, []byte(`"a":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]}`)); wide < 0 || a < 0 {
		t.Errorf("unexpected layout: %s", data)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	_, data := encoded(t)
	for i := range data {
		for bit := range 8 {
			damaged := slices.Clone(data)
			damaged[i] ^= 1 << bit
			if _, _, err := checkpoint.Decode(damaged); !errors.Is(err, training.ErrState) {
				t.Fatalf("bit %d of byte %d flipped: %v", bit, i, err)
			}
		}
	}
}

func TestDamageIsRefusedWithItsReason(t *testing.T) {
	_, data := encoded(t)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":         {nil, "too few"},
		"cut in a tensor": {data[:len(data)-3], "it ends within tensor b"},
		"cut in header":   {data[:40], "does not fit"},
		"too long":        {append(slices.Clone(data), 0), "1 bytes follow the last tensor"},
		"huge header":     {[]byte{255, 255, 255, 255, 255, 255, 255, 255, '{'}, "does not fit"},
		"not a header":    {append([]byte{4, 0, 0, 0, 0, 0, 0, 0}, "oops"...), "not JSON"},
		"foreign":         {append([]byte{2, 0, 0, 0, 0, 0, 0, 0}, "{}"...), "not a checkpoint of this program"},
		"tensor byte":     {append(slices.Clone(data[:len(data)-1]), data[len(data)-1]^1), "tensor b has another digest"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := checkpoint.Decode(c.data)
			if !errors.Is(err, training.ErrState) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAForeignCheckpointIsRefused(t *testing.T) {
	cfg, m, _ := sample(t)
	other := func(change func(*checkpoint.Manifest)) error {
		c := m
		change(&c)
		return c.Check(cfg, "test")
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"trial":    {other(func(m *checkpoint.Manifest) { m.Trial = "beef" }), "it is of trial beef"},
		"engine":   {other(func(m *checkpoint.Manifest) { m.Engine = 99 }), "it is of engine version 99"},
		"task":     {other(func(m *checkpoint.Manifest) { m.Task = "faces" }), "it is of task faces"},
		"numerics": {other(func(m *checkpoint.Manifest) { m.Numerics = "cuda" }), "it is of numerics cuda"},
		"step":     {other(func(m *checkpoint.Manifest) { m.Step = 10 }), "it is of step 10, the trial has 9"},
	} {
		if !errors.Is(c.err, training.ErrState) || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, c.err, c.want)
		}
	}
}

func TestAMissingOrMisshapenTensorIsRefused(t *testing.T) {
	_, _, s := sample(t)
	for name, err := range map[string]error{
		"missing":    checkpoint.CopyFloats(s, "c", make([]float32, 4)),
		"wrong size": checkpoint.CopyFloats(s, "a", make([]float32, 5)),
		"wrong type": checkpoint.CopyFloats(s, "a", make([]float64, 2)),
	} {
		if !errors.Is(err, training.ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.Tensors = append(s.Tensors, s.Tensors[0])
	if _, err := checkpoint.Encode(checkpoint.Manifest{}, s); err == nil {
		t.Error("a tensor was written twice")
	}
}

// python finds a Python that has numpy: the one on PATH, or the system's, for
// which package managers install it.
func python(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import numpy").Run() == nil {
			return p
		}
	}
	t.Fatal("no python3 with numpy (Debian: apt-get install python3-numpy)")
	return ""
}

// TestPythonReadsIt reads a checkpoint with numpy, by the safetensors format's
// own description.
func TestPythonReadsIt(t *testing.T) {
	_, data := encoded(t)
	path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python(t), "testdata/read.py", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct {
		Step    int64
		Tensors map[string]struct {
			Shape []int
			Hex   string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	_, m, s := sample(t)
	if got.Step != m.Step || len(got.Tensors) != len(s.Tensors) {
		t.Errorf("python read %s", out)
	}
	for _, want := range s.Tensors {
		g := got.Tensors[want.Name]
		if fmt.Sprint(g.Shape) != fmt.Sprint(want.Shape) || g.Hex != hex.EncodeToString(want.Data) {
			t.Errorf("python read %s as %v", want.Name, g)
		}
	}
}

func FuzzDecode(f *testing.F) {
	_, data := encoded(f)
	f.Add(data)
	f.Add(data[:len(data)-5])
	f.Add(append([]byte{2, 0, 0, 0, 0, 0, 0, 0}, "{}"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, s, err := checkpoint.Decode(data)
		if err != nil {
			if !errors.Is(err, training.ErrState) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		again, err := checkpoint.Encode(m, s)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("accepted, but encoding gives other bytes (%v)", err)
		}
	})
}

// FuzzManifest wraps any manifest in a file whose digests are right, to reach
// what lies behind them.
func FuzzManifest(f *testing.F) {
	f.Add(`{"tensors":[{"name":"a","dtype":"F32","shape":[1,2],"sha256":""}]}`, []byte("12345678"))
	f.Add(`{"tensors":[{"name":"a","dtype":"F64","shape":[-1]},{"name":"a","shape":[4611686018427387904,4611686018427387904]}]}`, []byte{})
	f.Add(`{"engine":0,"trial":"","task":"","numerics":"","step":0,"diverged":"","counters":null,"last":null,"tensors":[]}`, []byte{}) // accepted
	f.Add(`{"step":-1,"last":[{"metric":"m","value":"NaN"}],"counters":{"x":9223372036854775807}}`, []byte{})
	f.Fuzz(func(t *testing.T, manifest string, body []byte) {
		sum := sha256.Sum256([]byte(manifest))
		head, err := json.Marshal(map[string]any{"__metadata__": map[string]string{
			"format": "sweep-checkpoint-1", "manifest": manifest, "manifest_sha256": hex.EncodeToString(sum[:])}})
		if err != nil {
			t.Fatal(err)
		}
		for len(head)%8 != 0 {
			head = append(head, ' ')
		}
		file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...)
		m, s, err := checkpoint.Decode(append(file, body...))
		if err != nil {
			if !errors.Is(err, training.ErrState) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		if again, err := checkpoint.Encode(m, s); err != nil || !bytes.Equal(again, append(file, body...)) {
			t.Fatalf("accepted, but encoding gives other bytes (%v)", err)
		}
	})
}
