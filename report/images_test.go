package report_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"sweep/report"
)

func floats(values ...float32) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, values)
	return b.Bytes()
}

func TestImagesAreSharesFromZeroToOne(t *testing.T) {
	nan := float32(math.NaN())
	got, err := report.ReadImages(array("<f4", "(2, 1, 3)", floats(0.5, -1, 2, nan, 1, 0)))
	if err != nil || got.N != 2 || got.H != 1 || got.W != 3 || got.C != 1 || !slices.Equal(got.Values, []float32{0.5, 0, 1, 0, 1, 0}) {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = report.ReadImages(array("|u1", "(1, 1, 2, 3)", []byte{0, 51, 255, 255, 0, 102}))
	if err != nil || got.C != 3 || got.W != 2 || !slices.Equal(got.Values, []float32{0, 0.2, 1, 1, 0, 0.4}) {
		t.Errorf("%+v, %v", got, err)
	}
	rows, columns, sheet, err := report.ReadSheet(array("|u1", "(2, 3, 1, 1)", []byte{1, 2, 3, 4, 5, 6}))
	if err != nil || rows != 2 || columns != 3 || sheet.N != 6 {
		t.Errorf("%d×%d, %+v, %v", rows, columns, sheet, err)
	}
}

func TestPictureFilesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":           {nil, "not a .npy file"},
		"points":            {npy(ring(1, 4, 8, 0.1)), "shape [4 2]"},
		"four channels":     {array("|u1", "(1, 1, 1, 4)", []byte{1, 2, 3, 4}), "shape [1 1 1 4]"},
		"float64":           {array("<f8", "(1, 1, 1)", make([]byte, 8)), "float32 nor bytes"},
		"no shape":          {array("|u1", "()", nil), "no shape"},
		"an empty axis":     {array("|u1", "(0, 28, 28)", nil), "sizes from 1"},
		"a huge axis":       {array("|u1", "(999999999, 28, 28)", nil), "sizes from 1"},
		"a huge product":    {array("|u1", "(4000, 4000, 4000)", nil), "sizes from 1"},
		"an overflow":       {array("|u1", "(16777216, 16777216, 16777216)", nil), "sizes from 1"},
		"fewer than stated": {array("|u1", "(2, 2, 2)", make([]byte, 7)), "expected 8"},
		"more than stated":  {array("|u1", "(2, 2, 2)", make([]byte, 9)), "expected 8"},
		"a huge picture":    {array("|u1", "(1, 1, 2000)", make([]byte, 2000)), "at most 1024"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := report.ReadImages(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, _, _, err := report.ReadSheet(array("|u1", "(2, 1, 1)", []byte{1, 2})); err == nil {
		t.Error("a stack was read as a sheet")
	}
}

func FuzzReadImages(f *testing.F) {
	f.Add(array("|u1", "(2, 1, 3)", []byte{1, 2, 3, 4, 5, 6}))
	f.Add(array("<f4", "(1, 1, 1, 3)", floats(1, 2, 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := report.ReadImages(data)
		if err != nil {
			return
		}
		if len(m.Values) != m.N*m.H*m.W*m.C {
			t.Errorf("%d values for %d×%d×%d×%d", len(m.Values), m.N, m.H, m.W, m.C)
		}
		for _, v := range m.Values {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("value %v", v)
			}
		}
	})
}

func TestGalleryIsTheGoldenOne(t *testing.T) {
	grey, err := report.ReadImages(images(1, 5, 8, 8))
	if err != nil {
		t.Fatal(err)
	}
	colour, err := report.ReadImages(images(2, 4, 96, 96, 3))
	if err != nil {
		t.Fatal(err)
	}
	g := report.Gallery{Title: "faces, seed 1", Sheets: []report.Sheet{
		{Label: "k=1, step 5", Rows: 1, Columns: 5, Images: grey}, {Label: "k=5, step 5", Rows: 2, Columns: 2, Images: colour}, {Label: "k=10", Note: "diverged at step 3"}}}
	got, err := g.PNG()
	if err != nil {
		t.Fatal(err)
	}
	samePicture(t, "gallery.png", got)
}
