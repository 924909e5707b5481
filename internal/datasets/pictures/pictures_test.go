package pictures_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"sweep/internal/datasets/pictures"
)

// drawn is a picture that is red at the left, green in the middle and blue at
// the right.
func drawn(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 255, A: 255}
			switch {
			case x >= (w+h)/2:
				c = color.NRGBA{B: 255, A: 255}
			case x >= (w-h)/2:
				c = color.NRGBA{G: 255, A: 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// webpDot is a lossless WebP of one yellow pixel.
func webpDot(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// resized is a PNG whose header says another size than its data have.
func resized(file []byte, w, h uint32) []byte {
	out := slices.Clone(file)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

func TestTheMiddleOfAPictureBecomesASquare(t *testing.T) {
	for name, file := range map[string][]byte{"png": asPNG(t, drawn(120, 60)), "jpeg": asJPEG(t, drawn(120, 60))} {
		img, err := pictures.Decode(file, 16)
		if err != nil {
			t.Fatal(name, err)
		}
		out := make([]uint8, 3*32*32)
		pictures.Square(out, img, 32)
		for i := range 32 * 32 {
			if x := i % 32; x > 1 && x < 30 && (out[i] > 8 || out[32*32+i] < 247 || out[2*32*32+i] > 8) {
				t.Fatalf("%s: pixel %d is %d %d %d, expected green", name, i, out[i], out[32*32+i], out[2*32*32+i])
			}
		}
	}
}

func TestATransparentPictureLiesOnWhite(t *testing.T) {
	out := make([]uint8, 3*8*8)
	pictures.Square(out, image.NewNRGBA(image.Rect(0, 0, 20, 20)), 8)
	if slices.ContainsFunc(out, func(v uint8) bool { return v != 255 }) {
		t.Errorf("it is %v", out)
	}
}

func TestWebPIsRead(t *testing.T) {
	img, err := pictures.Decode(webpDot(t), 1)
	if err != nil || img.Bounds() != image.Rect(0, 0, 1, 1) {
		t.Fatal(img, err)
	}
}

func TestUnsuitableFilesAreRefusedWithAReason(t *testing.T) {
	good, photo := asPNG(t, drawn(64, 64)), asJPEG(t, drawn(64, 64))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":               {nil, "is empty"},
		"text":                {[]byte("this is no picture at all"), "is no PNG, JPEG or WebP picture"},
		"a GIF":               {[]byte("GIF89a\x01\x00\x01\x00aaaaaaaaaaaaaa"), "is no PNG, JPEG or WebP picture"},
		"half a PNG":          {good[:len(good)/2], "is a damaged PNG picture ("},
		"a PNG's first bytes": {good[:16], "is a damaged PNG picture ("},
		"half a JPEG":         {photo[:len(photo)/2], "is a damaged JPEG picture ("},
		"half a WebP":         {webpDot(t)[:22], "is a damaged WebP picture ("},
		"a dot":               {webpDot(t), "has 1×1 pixels, at least 16 a side are needed"},
		"small":               {asPNG(t, drawn(15, 40)), "has 15×40 pixels, at least 16 a side are needed"},
		"a strip":             {asPNG(t, drawn(200, 20)), "has 200×20 pixels, which is no face"},
		"20,000 a side":       {resized(good, 20000, 20000), "has 20000×20000 pixels, at most 25 million are read"},
		"more than is there":  {resized(good, 4999, 4999), "is a damaged PNG picture ("},
		"as high as can be":   {resized(good, 1<<31-1, 1<<31-1), "P"},
		"CMYK":                {cmyk(photo), "is CMYK"},
		"large":               {append(slices.Clone(good), make([]byte, pictures.MaxBytes)...), "is larger than 32 MiB"},
	} {
		img, err := pictures.Decode(c.file, 16)
		if err == nil || img != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// cmyk makes a JPEG say that it has four channels, as CMYK ones do.
func cmyk(photo []byte) []byte {
	at := bytes.Index(photo, []byte{0xFF, 0xC0})
	frame := photo[at+4 : at+2+int(binary.BigEndian.Uint16(photo[at+2:]))]
	four := append(slices.Clone(frame[:5]), 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0)
	out := append(slices.Clone(photo[:at]), 0xFF, 0xC0, 0, byte(len(four)+2))
	return append(append(out, four...), photo[at+4+len(frame):]...)
}

func FuzzDecode(f *testing.F) {
	f.Add(asPNG(f, drawn(32, 20)))
	f.Add(asJPEG(f, drawn(32, 20)))
	f.Add(webpDot(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		img, err := pictures.Decode(file, 1)
		if (img == nil) == (err == nil) {
			t.Fatalf("%v, %v", img, err)
		}
		if err == nil && img.Bounds().Dx()*img.Bounds().Dy() < 1<<16 {
			pictures.Square(make([]uint8, 3*8*8), img, 8)
		}
	})
}
