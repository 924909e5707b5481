package data_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// wrote puts a small look-alike into a folder and returns the folder.
func wrote(t *testing.T, seed int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := lookalike.Write(dir, 200, 100, seed); err != nil {
		t.Fatal(err)
	}
	return dir
}

// loaded keeps the test's own set between the tests: the real one is large.
var loaded sync.Map

// digits is the set that lookalike.Folder finds or draws.
func digits(t testing.TB) *data.Set {
	t.Helper()
	dir := lookalike.Folder(t)
	if s, ok := loaded.Load(dir); ok {
		return s.(*data.Set)
	}
	s := load(t, dir)
	loaded.Store(dir, s)
	return s
}

func load(t testing.TB, dir string) *data.Set {
	t.Helper()
	s, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASetIsWhatItsFilesHold(t *testing.T) {
	s := digits(t)
	for _, p := range []data.Part{s.Train, s.Test} {
		var perClass [data.Classes]int
		for _, v := range p.Labels {
			perClass[v]++
		}
		ink := 0
		for _, v := range p.Images {
			ink += int(v)
		}
		mean := float64(ink) / float64(len(p.Images)) // of MNIST: 33.3 and 33.8
		if len(p.Images) != p.Len()*data.Pixels || mean < 15 || mean > 60 {
			t.Errorf("%d bytes of %d images, mean %.1f", len(p.Images), p.Len(), mean)
		}
		for class, n := range perClass {
			if n < p.Len()/12 || n > p.Len()/8 {
				t.Errorf("%d of %d images are the digit %d", n, p.Len(), class)
			}
		}
	}
	if s.Train.Len() == 60000 != s.Published() {
		t.Errorf("%d images, digest %s", s.Train.Len(), s.Digest)
	}
}

func TestTheDigestNamesContentsNotFiles(t *testing.T) {
	dir := wrote(t, 1)
	want := load(t, dir).Digest
	for _, f := range data.Files() { // the same files, not compressed
		decoded, path, err := f.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(filepath.Join(dir, f.Name), decoded, 0o600), os.Remove(path)); err != nil {
			t.Fatal(err)
		}
	}
	if got := load(t, dir).Digest; got != want || len(got) != 64 {
		t.Errorf("%s, compressed %s", got, want)
	}
	if again, other := load(t, wrote(t, 1)).Digest, load(t, wrote(t, 2)).Digest; again != want || other == want {
		t.Errorf("the same drawing has %s, another %s", again, other)
	}
}

func TestEveryFileThatCannotBeUsedIsNamed(t *testing.T) {
	names := data.Files()
	at := func(dir string, i int) string { return filepath.Join(dir, names[i].Name+".gz") }
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  []string // one line each, without the folder
	}{
		"nothing there": {func(dir string) error {
			return errors.Join(os.Remove(at(dir, 0)), os.Remove(at(dir, 1)), os.Remove(at(dir, 2)), os.Remove(at(dir, 3)))
		}, []string{"train-images-idx3-ubyte.gz is missing", "train-labels-idx1-ubyte.gz is missing",
			"t10k-images-idx3-ubyte.gz is missing", "t10k-labels-idx1-ubyte.gz is missing"}},
		"one missing": {func(dir string) error { return os.Remove(at(dir, 3)) }, []string{"t10k-labels-idx1-ubyte.gz is missing"}},
		"two damaged": {func(dir string) error {
			return errors.Join(os.Truncate(at(dir, 0), 1000), os.WriteFile(at(dir, 1), []byte("no"), 0o600))
		}, []string{"train-images-idx3-ubyte.gz is cut off", "train-labels-idx1-ubyte.gz is cut off or damaged (unexpected EOF)"}},
		"images for labels": {func(dir string) error { return os.Rename(at(dir, 0), at(dir, 1)) },
			[]string{"train-images-idx3-ubyte.gz is missing", "train-labels-idx1-ubyte.gz holds images, expected labels"}},
		"test images for train images": {func(dir string) error { return os.Rename(at(dir, 2), at(dir, 0)) },
			[]string{"t10k-images-idx3-ubyte.gz is missing"}},
		"images of one set, labels of another": {func(dir string) error {
			other := t.TempDir()
			return errors.Join(lookalike.Write(other, 150, 100, 1), os.Rename(at(other, 0), at(dir, 0)))
		}, []string{"train-images-idx3-ubyte has 150 images and train-labels-idx1-ubyte has 200 labels"}},
		"a folder": {func(dir string) error { return errors.Join(os.Remove(at(dir, 0)), os.Mkdir(at(dir, 0), 0o700)) },
			[]string{"train-images-idx3-ubyte.gz is not a file"}},
		"oversized": {func(dir string) error { return os.Truncate(at(dir, 0), data.MaxFile+1) },
			[]string{"train-images-idx3-ubyte.gz is 134217729 bytes long, at most 134217728 are read"}},
	} {
		dir := wrote(t, 1)
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
		_, err := data.Load(dir)
		if err == nil {
			t.Errorf("%s: loaded", name)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		for i, line := range lines {
			line, inside := strings.CutPrefix(line, dir+"/")
			if len(lines) != len(c.want) || !inside || !strings.HasPrefix(line, c.want[i]) {
				t.Errorf("%s: %s\nwant %q", name, line, c.want)
			}
		}
		var file *data.FileError
		if missing := strings.Contains(err.Error(), "missing"); !errors.As(err, &file) || errors.Is(err, fs.ErrNotExist) != missing {
			t.Errorf("%s: %T", name, err)
		}
	}
}

// Published files under each other's names are known by their content.
func TestPublishedFilesUnderEachOthersNamesAreRefused(t *testing.T) {
	from := lookalike.Folder(t)
	if !digits(t).Published() {
		from = wrote(t, 1) // a look-alike's are told by their counts alone: see above
	}
	dir := t.TempDir()
	for i, f := range data.Files() {
		if err := os.Symlink(filepath.Join(from, data.Files()[(i+2)%4].Name+".gz"), filepath.Join(dir, f.Name+".gz")); err != nil {
			t.Fatal(err)
		}
	}
	swapped, err := data.Load(dir)
	if published := digits(t).Published(); published && (err == nil || strings.Count(err.Error(), "holds the content of") != 4) {
		t.Errorf("got %v", err)
	} else if !published && (err != nil || swapped.Digest == load(t, from).Digest) {
		t.Errorf("a swapped look-alike has the digest of a straight one, %v", err)
	}
}
