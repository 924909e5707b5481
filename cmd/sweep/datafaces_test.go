package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// snapshots is a folder of n pictures and one text.
func snapshots(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		img := image.NewGray(image.Rect(0, 0, 30, 20))
		img.SetGray(15, 10, color.Gray{uint8(20 * i)})
		out, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(out, img); err != nil || out.Close() != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.png"), []byte("a text by the name of a picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFacesAreImportedListedAndVerified(t *testing.T) {
	_, usual := digits(t)
	dir := snapshots(t, 12)
	want := fmt.Sprintf("imported 12 pictures of 16×16 pixels (0 equal ones left out, 1 file skipped): faces-16 is in %s/faces, digest ", usual)
	s := types(t, "", "data", "import", "faces", dir, "--size", "16")
	if s.code != exitDone || !strings.HasPrefix(s.out, want) || s.err != fmt.Sprintf("skipped %s/notes.png: it is no PNG, JPEG or WebP picture\n", dir) {
		t.Fatalf("exit %d: %s%s", s.code, s.out, s.err)
	}
	digest := strings.TrimSpace(s.out[len(want):])
	var got struct {
		Sets []listed `json:"data_sets"`
	}
	s = types(t, "", "data", "list", "-o", "json")
	if err := json.Unmarshal([]byte(s.out), &got); err != nil || len(got.Sets) != 2 || got.Sets[1].Name != "faces-16" ||
		got.Sets[1].State != "sound" || !strings.HasPrefix(got.Sets[1].Digest, digest) || got.Sets[1].Bytes != 12*3*256+48 {
		t.Errorf("%v: %s", err, s.out)
	}
	if s = types(t, "", "data", "verify", "faces"); s.code != exitDone || !strings.Contains(s.out, "faces-16.pack") || !strings.Contains(s.out, "sound") {
		t.Errorf("exit %d: %s%s", s.code, s.out, s.err)
	}
	if err := os.Truncate(filepath.Join(usual, "faces", "faces-16.pack"), 1000); err != nil {
		t.Fatal(err)
	}
	if s = types(t, "", "data", "verify", "faces"); s.code != exitInvalid || strings.Count(s.err, "\n") != 1 || !strings.HasSuffix(s.err, "run `sweep data import faces DIR --size 16` again\n") {
		t.Errorf("exit %d: %s%s", s.code, s.out, s.err)
	}
}

func TestMistakesWithFacesAreOneLine(t *testing.T) {
	_, usual := digits(t)
	for _, c := range []struct{ args, want string }{
		{"verify faces", "data set faces-96 is not in " + usual + "/faces: run `sweep data import faces DIR --size 96`"},
		{"fetch faces", "faces are not published anywhere: "},
		{"import faces", "expected the data set and where its files are"},
		{"import faces " + snapshots(t, 3) + " --size 16", "3 distinct pictures are too few for a set: at least 12 are needed; 1 skipped, e.g. "},
		{"import faces " + usual + " --size 1000", "faces of 1000 pixels a side cannot be imported: expected 8 to 256"},
		{"import faces /no/such/place", "/no/such/place: no such folder or zip file"},
		{"import mnist " + usual + " --size 16", "--size is for faces only"},
	} {
		s := types(t, "", append([]string{"data"}, strings.Fields(c.args)...)...)
		if s.code != exitInvalid || !strings.HasPrefix(s.err, c.want) || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%q: exit %d: %s", c.args, s.code, s.err)
		}
	}
}
