package pfaces_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"sweep/training/tasks/faces/pfaces"
)

const sheet = "../../../../docs/pfaces.png"

// The contact sheet shows what the renderer draws: twenty test faces of 96
// pixels, and the next thirty of 32 pixels.
func TestTheContactSheetIsOfThisVersion(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 960, 2*96+32))
	for i := range 20 {
		place(img, faces(t, "full", 96), i, i%10*96, i/10*96)
	}
	for i := range 30 {
		place(img, faces(t, "full", 32), 20+i, i*32, 2*96)
	}
	if *update {
		var out bytes.Buffer
		e := png.Encoder{CompressionLevel: png.BestCompression}
		if err := e.Encode(&out, img); err != nil || os.WriteFile(sheet, out.Bytes(), 0o644) != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	there, err := png.Decode(file)
	if err != nil || there.Bounds() != img.Bounds() {
		t.Fatal(there.Bounds(), err)
	}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if got, want := color.RGBAModel.Convert(there.At(x, y)), img.RGBAAt(x, y); got != want {
				t.Fatalf("pixel %d, %d is %v, expected %v: go test ./training/tasks/faces/pfaces -update", x, y, got, want)
			}
		}
	}
}

// place copies test face i to (x, y).
func place(img *image.RGBA, f *pfaces.Faces, i, x, y int) {
	p, plane := picture(f, pfaces.Test, i), f.Size*f.Size
	for at := range plane {
		img.SetRGBA(x+at%f.Size, y+at/f.Size, color.RGBA{p[at], p[plane+at], p[2*plane+at], 255})
	}
}
