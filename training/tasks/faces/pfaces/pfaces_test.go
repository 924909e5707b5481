package pfaces_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sweep/training/tasks/faces/data"
	"sweep/training/tasks/faces/pfaces"
)

var update = flag.Bool("update", false, "write testdata and the contact sheet anew")

func faces(t testing.TB, variant string, size int) *pfaces.Faces {
	t.Helper()
	f, err := pfaces.New(variant, size, 1)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func picture(f *pfaces.Faces, s pfaces.Split, i int) []uint8 {
	out := make([]uint8, 3*f.Size*f.Size)
	f.Render(pfaces.NewCanvas(f.Size), out, s, i)
	return out
}

// A set's digest stands for its pictures, so another picture needs another
// Version. The sums hold on every architecture.
func TestPicturesAreThoseOfTheirVersion(t *testing.T) {
	var got strings.Builder
	fmt.Fprintf(&got, "version %d: sha256 of the first 10 test faces\n", pfaces.Version)
	for _, variant := range pfaces.Variants() {
		for _, size := range pfaces.Sizes() {
			f, sum, c := faces(t, variant, size), sha256.New(), pfaces.NewCanvas(size)
			out := make([]uint8, 3*size*size)
			for i := range 10 {
				f.Render(c, out, pfaces.Test, i)
				sum.Write(out)
			}
			fmt.Fprintf(&got, "%-7s %d %x\n", variant, size, sum.Sum(nil))
		}
	}
	path := filepath.Join("testdata", "digests.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got.String() != string(want) {
		t.Errorf("%v, got\n%swant\n%s", err, got.String(), want)
	}
}

func TestAPictureIsAFunctionOfItsPlace(t *testing.T) {
	f := faces(t, "full", 32)
	set, want := f.Set(), picture(f, pfaces.Train, 7)
	var group sync.WaitGroup
	for range 3 { // all ask at once, in another order
		group.Go(func() {
			for i := 9; i >= 5; i-- {
				set.Train.At(i)
			}
			if !bytes.Equal(set.Train.At(7), want) {
				t.Error("a set has another picture")
			}
		})
	}
	group.Wait()
	data.Warm(first{set.Test, 20}, 2)
	if !bytes.Equal(set.Test.At(19), picture(f, pfaces.Test, 19)) || set.Train.Len() != 45000 || set.Test.Len() != 10000 {
		t.Error("the test faces are others")
	}
	other, _ := pfaces.New("full", 32, 2)
	for name, p := range map[string][]uint8{"split": picture(f, pfaces.Test, 7), "place": picture(f, pfaces.Train, 8), "seed": picture(other, pfaces.Train, 7)} {
		if bytes.Equal(p, want) {
			t.Errorf("another %s has the same picture", name)
		}
	}
}

// first is the beginning of a split.
type first struct {
	data.Pictures
	n int
}

func (f first) Len() int { return f.n }

func TestFacesAreDistinct(t *testing.T) {
	const n = 1000
	f, c, seen := faces(t, "modes64", 32), pfaces.NewCanvas(32), map[string]bool{}
	out := make([]uint8, 3*32*32)
	for i := range n {
		f.Render(c, out, pfaces.Train, i)
		seen[string(out)] = true
	}
	if len(seen) != n {
		t.Errorf("%d of %d are distinct", len(seen), n)
	}
}

func TestASetsDigestTellsItsParameters(t *testing.T) {
	seen := map[string]string{}
	for _, variant := range pfaces.Variants() {
		for _, size := range pfaces.Sizes() {
			for seed := range int64(2) {
				f, err := pfaces.New(variant, size, seed)
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s %d, seed %d", variant, size, seed)
				if other, ok := seen[f.Digest()]; ok || len(f.Digest()) != 64 {
					t.Errorf("%s and %s have the digest %s", name, other, f.Digest())
				}
				seen[f.Digest()] = name
			}
		}
	}
}

func TestUnknownVariantsAndSizesAreRefused(t *testing.T) {
	for want, make := range map[string]func() (*pfaces.Faces, error){
		`variant "ful" (there is full, modes,`: func() (*pfaces.Faces, error) { return pfaces.New("ful", 32, 1) },
		`33 pixels a side (there is 32,`:       func() (*pfaces.Faces, error) { return pfaces.New("full", 33, 1) },
	} {
		if f, err := make(); f != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v", f, err)
		}
	}
}

// What an attribute changes can be seen, at the smallest size as well, whatever
// the others are.
func TestEveryAttributeIsVisible(t *testing.T) {
	f, c := faces(t, "full", 32), pfaces.NewCanvas(32)
	drawn := func(a pfaces.Attributes) []uint8 {
		out := make([]uint8, 3*32*32)
		c.Draw(out, a, pfaces.Plain())
		return out
	}
	for i := range 40 {
		a := f.Attributes(pfaces.Exam, i)
		base := drawn(a)
		for v, name := range pfaces.Names() {
			b := a
			b.Values[v] += 16384
			if v < pfaces.FirstHue && a.Values[v] > 49151 {
				b.Values[v] = a.Values[v] - 16384
			}
			if d := distance(base, drawn(b)); d < 200 {
				t.Errorf("face %d: a quarter of the range of %s changes the picture by %d", i, name, d)
			}
		}
		for k, kind := range pfaces.Kinds() {
			b := a
			b.Kinds[k] = (a.Kinds[k] + 1) % uint8(len(kind.Values))
			if d := distance(base, drawn(b)); d < 200 {
				t.Errorf("face %d: another %s changes the picture by %d", i, kind.Name, d)
			}
		}
	}
}

// distance is the sum of the absolute differences of bytes.
func distance(a, b []uint8) (sum int) {
	for i, v := range a {
		sum += max(int(v)-int(b[i]), int(b[i])-int(v))
	}
	return sum
}

// go test -bench Render ./training/tasks/faces/pfaces
func BenchmarkRender(b *testing.B) {
	for _, size := range pfaces.Sizes() {
		f, c, out := faces(b, "full", size), pfaces.NewCanvas(size), make([]uint8, 3*size*size)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				f.Render(c, out, pfaces.Train, i%45000)
			}
		})
	}
}

// go test -bench TheWholeSet -benchtime 1x ./training/tasks/faces/pfaces
//
// All 45,000 training faces of 96×96 by every processor: how many are distinct,
// and the digest of them all in order, are logged.
func BenchmarkTheWholeSet(b *testing.B) {
	for b.Loop() {
		set := faces(b, "full", 96).Set().Train
		sums := make([][sha256.Size]byte, set.Len())
		share(set.Len(), func(i int) { sums[i] = sha256.Sum256(set.At(i)) })
		distinct, all := map[[sha256.Size]byte]bool{}, sha256.New()
		for _, sum := range sums {
			distinct[sum] = true
			all.Write(sum[:])
		}
		b.Logf("%d faces, %d distinct, sha256 of their sums %x", len(sums), len(distinct), all.Sum(nil))
		if len(distinct) != pfaces.TrainFaces {
			b.Errorf("%d of %d are distinct", len(distinct), len(sums))
		}
	}
}

// share calls f for 0 to n-1 on every processor.
func share(n int, f func(int)) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}
