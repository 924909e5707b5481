package data_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sweep/training/tasks/faces/data"
)

const (
	side  = 8
	width = 3 * side * side
)

// packed is a file of n pictures; byte x of picture i is 7i+x.
func packed(t testing.TB, n int) ([]byte, string) {
	t.Helper()
	var out bytes.Buffer
	digest, err := data.Pack(&out, side, n, func(i int) ([]uint8, error) { return picture(i), nil })
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), digest
}

func picture(i int) []uint8 {
	p := make([]uint8, width)
	for x := range p {
		p[x] = uint8(7*i + x)
	}
	return p
}

func TestWhatIsPackedIsReadAgain(t *testing.T) {
	file, digest := packed(t, 25)
	path := filepath.Join(t.TempDir(), "set")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := data.Open(path)
	if err != nil || s.Digest != digest || s.Size != side || s.Width() != width || s.Train.Len() != 21 || s.Test.Len() != 4 {
		t.Fatalf("%+v, %v", s, err)
	}
	if !slices.Equal(s.Train.At(20), picture(20)) || !slices.Equal(s.Test.At(3), picture(24)) {
		t.Error("pictures have moved")
	}
	if _, err := data.Open(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestBytesBecomeMinusOneToOne(t *testing.T) {
	file, _ := packed(t, 25)
	s, _ := data.Decode(bytes.NewReader(file), int64(len(file)))
	out := make([]float32, 2*width)
	data.Fill(out, s.Train, []int32{3, 0})
	for i, v := range out {
		b := picture([]int{3, 0}[i/width])[i%width]
		if want := float32(float64(b)/127.5 - 1); v != want {
			t.Fatalf("value %d is %v, want %v", i, v, want)
		}
	}
	if allocs := testing.AllocsPerRun(10, func() { data.Fill(out, s.Train, []int32{1, 2}) }); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestFilesThatAreNotRightAreRefused(t *testing.T) {
	good, _ := packed(t, 25)
	with := func(at int, b ...byte) []byte { f := slices.Clone(good); copy(f[at:], b); return f }
	for want, file := range map[string][]byte{
		"is not a packed face set":                          []byte("P6 8 8"),
		"is damaged: it is 4847 bytes long":                 good[:len(good)-1],
		"is damaged: it is 4849 bytes long":                 append(slices.Clone(good), 0),
		"is damaged: its pictures":                          with(100, 0xFF),
		"promises 4294967295 pictures":                      with(12, 255, 255, 255, 255),
		"promises 25 pictures of 65536 pixels a side":       with(8, 0, 0, 1, 0),
		"its header promises 201326640":                     with(12, 0, 0, 16, 0)[:200],
		"promises 2 pictures of 8 pixels a side, expected ": with(12, 2),
	} {
		s, err := data.Decode(bytes.NewReader(file), int64(len(file)))
		if s != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestUnsuitableNumbersCannotBePacked(t *testing.T) {
	some := func(int) ([]uint8, error) { return picture(0), nil }
	fails := errors.New("no room")
	for name, err := range map[string]error{
		"too few":         second(data.Pack(&bytes.Buffer{}, side, 3, some)),
		"too large":       second(data.Pack(&bytes.Buffer{}, 1000, 25, some)),
		"another size":    second(data.Pack(&bytes.Buffer{}, 2*side, 25, some)),
		"a missing place": second(data.Pack(&bytes.Buffer{}, side, 25, func(int) ([]uint8, error) { return nil, fails })),
	} {
		if err == nil {
			t.Errorf("%s: packed", name)
		}
	}
}

func second(_ string, err error) error { return err }

func FuzzDecode(f *testing.F) {
	good, _ := packed(f, 12)
	f.Add(good)
	f.Add(good[:40])
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := data.Decode(bytes.NewReader(file), int64(len(file)))
		if err == nil && (s.Train.Len()+s.Test.Len())*s.Width() != len(file)-48 {
			t.Errorf("%d bytes hold %d and %d pictures", len(file), s.Train.Len(), s.Test.Len())
		}
	})
}
