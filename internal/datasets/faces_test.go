package datasets_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sweep/internal/datasets"
	"sweep/training/tasks/faces/pfaces"
)

// portrait is a PNG of one colour with a line that tells i.
func portrait(t testing.TB, w, h, i int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(10 * i), uint8(255 * y / h), uint8(i), 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// album writes n portraits, and returns them by name.
func album(t *testing.T, dir string, n int) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for i := range n {
		name := fmt.Sprintf("%02d.png", i)
		files[name] = portrait(t, 40+i, 40, i)
		write(t, filepath.Join(dir, name), files[name])
	}
	return files
}

func zipped(t *testing.T, files map[string][]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "faces.zip")
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, b := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, out.Bytes())
	return path
}

func quiet(int, int) {}

func importing(t *testing.T, paths ...string) (datasets.FacesFile, datasets.FacesImported, error) {
	t.Helper()
	f := datasets.Root{Path: t.TempDir()}.FacesFile(32)
	out, err := f.Import(t.Context(), quiet, paths...)
	return f, out, err
}

func TestFacesAreTheSameFromAFolderAndAZip(t *testing.T) {
	dir := t.TempDir()
	files := album(t, dir, 13)
	other := map[string][]byte{"../../escape.png": files["03.png"], "again/03.jpg": files["03.png"]}
	for i, name := range slices.Sorted(maps.Keys(files)) {
		other[fmt.Sprintf("deep/%d/%02d", i, 99-i)] = files[name]
	}
	a, fromFolder, err := importing(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	path := zipped(t, other)
	b, fromZip, err := importing(t, path)
	if err != nil || fromZip.Digest != fromFolder.Digest || fromZip.Pictures != 13 || fromZip.Equal != 2 || fromFolder.Equal != 0 {
		t.Errorf("%+v and %+v, %v", fromFolder, fromZip, err)
	}
	if !bytes.Equal(read(t, a.Path), read(t, b.Path)) {
		t.Error("the files differ")
	}
	if got := listing(t, filepath.Dir(b.Path)); got != "faces-32.pack" {
		t.Errorf("there is %s", got)
	}
	s, err := a.Load()
	if err != nil || s.Digest != fromFolder.Digest || s.Train.Len() != 11 || s.Test.Len() != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A bomb is a file in a zip that is far larger than its share of the zip.
func TestHostileFilesAreSkippedWithAReason(t *testing.T) {
	dir := t.TempDir()
	files := album(t, dir, 12)
	good := files["00.png"]
	files["a bomb.png"] = append(slices.Clone(good), make([]byte, 30<<20)...)
	files["b half.png"] = good[:60]
	files["c text.png"] = []byte("a text that says it is a picture")
	files["d dot.png"] = portrait(t, 1, 1, 0)
	files["e \x1b[2J.png"] = nil
	files["f strip.png"] = portrait(t, 400, 20, 0)
	_, out, err := importing(t, zipped(t, files))
	if err != nil || out.Pictures != 12 || out.Skipped != 6 || len(out.First) != 6 {
		t.Fatalf("%+v, %v", out, err)
	}
	for i, want := range []string{"a bomb.png in : is larger than the ", "b half.png in : is a damaged PNG picture", "c text.png in : is no PNG, JPEG or WebP picture",
		"d dot.png in : has 1×1 pixels", `e \x1b[2J.png in : is empty`, "f strip.png in : has 400×20 pixels"} {
		name, why, _ := strings.Cut(want, " in : ")
		if s := out.First[i]; !strings.HasPrefix(s.File, name+" in ") || !strings.HasPrefix(s.Why, why) {
			t.Errorf("%+v, want %s", s, want)
		}
	}
}

func TestAnImportThatFailsChangesNothing(t *testing.T) {
	few, many, text := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "text.zip")
	album(t, few, 5)
	album(t, many, 20)
	write(t, text, []byte("PK\x03\x04 and no more"))
	f, first, err := importing(t, many)
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	defer stop()
	for name, c := range map[string]struct {
		ctx   context.Context
		paths []string
		want  string
	}{
		"too few":      {t.Context(), []string{few}, "5 distinct pictures are too few for a set: at least 12 are needed"},
		"no zip":       {t.Context(), []string{many, text}, text + " is neither a folder nor a sound zip file"},
		"not there":    {t.Context(), []string{many + "x"}, many + "x: no such folder or zip file"},
		"was canceled": {stopped, []string{many}, "context canceled"},
	} {
		_, err := f.Import(c.ctx, func(int, int) { stop() }, c.paths...)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if s, err := f.Load(); err != nil || s.Digest != first.Digest || listing(t, filepath.Dir(f.Path)) != "faces-32.pack" {
			t.Errorf("%s: %v, there is %s", name, err, listing(t, filepath.Dir(f.Path)))
		}
	}
	if _, err := (datasets.Root{Path: t.TempDir()}).FacesFile(4).Import(t.Context(), quiet, many); err == nil {
		t.Error("faces of 4 pixels were imported")
	}
}

func TestTheLibraryGivesOutFaces(t *testing.T) {
	dir := t.TempDir()
	album(t, dir, 12)
	root := datasets.Root{Path: t.TempDir()}
	l := datasets.NewLibrary(root)
	if _, err := l.Digest("faces-32"); err == nil || !strings.HasSuffix(err.Error(), "run `sweep data import faces DIR --size 32`") {
		t.Errorf("nothing is there: %v", err)
	}
	out, err := root.FacesFile(32).Import(t.Context(), quiet, dir)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := pfaces.New("modes", 48, datasets.PfacesSeed)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"faces-32": out.Digest, "pfaces-modes-48": drawn.Digest()} {
		digest, err := l.Digest(name)
		s, again := l.Faces(name, digest)
		if err != nil || again != nil || digest != want || s.Digest != want {
			t.Errorf("%s has the digest %s, expected %s; %v, %v", name, digest, want, err, again)
		}
		if same, _ := l.Faces(name, digest); same != s {
			t.Errorf("%s is held twice", name)
		}
		if _, err := l.Faces(name, "ab"); err == nil || !strings.Contains(err.Error(), "is not the one that the trial was planned with") {
			t.Errorf("%s with another digest: %v", name, err)
		}
	}
	for _, name := range []string{"pfaces-full", "pfaces-ful-32", "pfaces-full-33", "faces", "faces-0x20", "phases-32", ""} {
		if s, err := l.Faces(name, ""); err == nil {
			t.Errorf("%q gives %v", name, s.Name)
		}
	}
	write(t, root.FacesFile(32).Path, read(t, root.FacesFile(32).Path)[:500])
	if _, err := l.Digest("faces-32"); err == nil || !strings.Contains(err.Error(), "is damaged") || !strings.HasSuffix(err.Error(), "--size 32` again") {
		t.Errorf("a damaged file: %v", err)
	}
	if found := root.FacesFiles(); len(found) != 1 || found[0].Size != 32 || found[0].Bytes() != 500 {
		t.Errorf("found %v", found)
	}
	if _, err := l.Faces("faces-64", ""); errors.Is(err, os.ErrNotExist) || err == nil {
		t.Errorf("another size: %v", err)
	}
}
