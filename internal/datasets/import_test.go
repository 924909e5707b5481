package datasets_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/internal/datasets"
	"sweep/training/tasks/mnist/lookalike"
)

func TestAFolderOrItsFilesAreImported(t *testing.T) {
	set, from := published(t)
	plain := t.TempDir()
	for name, decoded := range lookalike.Files(60, 20, 1) {
		write(t, filepath.Join(plain, name), decoded)
	}
	first, last := filepath.Join(from, set.Files[0].Name+".gz"), filepath.Join(plain, set.Files[3].Name)
	for name, c := range map[string]struct {
		paths  []string
		copied int
		want   string
	}{
		"a folder":                  {[]string{from}, 4, all},
		"a folder, not compressed":  {[]string{plain}, 4, all},
		"two files":                 {[]string{first, last}, 2, "t10k-labels-idx1 train-images-idx3"},
		"a folder and a file of it": {[]string{from, last}, 4, all},
	} {
		f := datasets.Folder{Set: set, Dir: filepath.Join(t.TempDir(), "new", "mnist")}
		copied, err := f.Import(c.paths...)
		if got := listing(t, f.Dir); err != nil || len(copied) != c.copied || got != c.want {
			t.Errorf("%s: copied %q, there is %q, %v", name, copied, got, err)
		}
		if again, err := f.Import(c.paths...); err != nil || len(again) != 0 {
			t.Errorf("%s, again: copied %q, %v", name, again, err)
		}
		if _, digest := f.Verify(); c.copied == 4 && digest != set.Digest {
			t.Errorf("%s: digest %s", name, digest)
		}
	}
}

func TestAnImportMendsWhatIsDamaged(t *testing.T) {
	set, from := published(t)
	f := datasets.Folder{Set: set, Dir: t.TempDir()}
	if _, err := f.Import(from); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(f.Dir, set.Files[2].Name+".gz"), []byte("rubbish"))
	copied, err := f.Import(from)
	if _, digest := f.Verify(); err != nil || len(copied) != 1 || copied[0] != set.Files[2].Name || digest != set.Digest {
		t.Errorf("copied %q, digest %s, %v", copied, digest, err)
	}
}

func TestABadFileIsNamedAndNothingIsCopied(t *testing.T) {
	set, from := published(t)
	path := func(dir string, i int) string { return filepath.Join(dir, set.Files[i].Name+".gz") }
	other := lookalike.Files(60, 20, 2)
	for name, c := range map[string]struct {
		spoil func(dir string)
		file  int
		want  string
	}{
		"truncated":              {func(dir string) { write(t, path(dir, 0), read(t, path(from, 0))[:500]) }, 0, " is cut off"},
		"corrupt":                {func(dir string) { b := read(t, path(from, 2)); b[len(b)/2] ^= 8; write(t, path(dir, 2), b) }, 2, " "},
		"images for labels":      {func(dir string) { write(t, path(dir, 1), read(t, path(from, 0))) }, 1, " holds images, expected labels: get it anew"},
		"test for train":         {func(dir string) { write(t, path(dir, 0), read(t, path(from, 2))) }, 0, " holds the content of t10k-images-idx3-ubyte: rename it"},
		"of another set":         {func(dir string) { write(t, path(dir, 3), lookalike.Gzip(other[set.Files[3].Name])) }, 3, " is not the published file (sha256 "},
		"oversized":              {func(dir string) { _ = os.Truncate(path(dir, 0), 1<<31) }, 0, " is 134217729 bytes long, at most 134217728 are read: get it anew"},
		"a folder of one's name": {func(dir string) { _ = os.Remove(path(dir, 0)); _ = os.Mkdir(path(dir, 0), 0o755) }, 0, " cannot be read (is a directory)"},
	} {
		dir := t.TempDir()
		for i := range set.Files {
			write(t, path(dir, i), read(t, path(from, i)))
		}
		c.spoil(dir)
		f := datasets.Folder{Set: set, Dir: filepath.Join(t.TempDir(), "mnist")}
		copied, err := f.Import(dir)
		if err == nil || len(copied) > 0 || listing(t, f.Dir) != "" {
			t.Errorf("%s: copied %q, %v", name, copied, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), path(dir, c.file)+c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPathsThatHoldNoneOfTheFilesAreRefused(t *testing.T) {
	set, from := published(t)
	notes := filepath.Join(t.TempDir(), "notes.txt")
	write(t, notes, []byte("x"))
	f := datasets.Folder{Set: set, Dir: filepath.Join(t.TempDir(), "mnist")}
	_, err := f.Import(from, notes, filepath.Dir(notes), "/no/such/place")
	for i, want := range []string{" is not named like a file of mnist: expected train-images-idx3-ubyte, ", " holds no file of mnist: expected ", ": no such file or folder"} {
		lines := strings.Split(err.Error(), "\n")
		if place := []string{notes, filepath.Dir(notes), "/no/such/place"}[i]; len(lines) != 3 || !strings.HasPrefix(lines[i], place+want) {
			t.Errorf("%q", lines)
		}
	}
	if listing(t, f.Dir) != "" {
		t.Error("something was copied")
	}
}

func TestAPlaceThatCannotBeWrittenToIsNamed(t *testing.T) {
	set, from := published(t)
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	f := datasets.Folder{Set: set, Dir: filepath.Join(file, "mnist")}
	if _, err := f.Import(from); err == nil || !strings.HasPrefix(err.Error(), "data set mnist cannot be written to "+f.Dir+" (not a directory): make room") {
		t.Errorf("got %v", err)
	}
}
