package pictures

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/webp"
)

// The bounds of a file that is read.
const (
	MaxBytes  = 32 << 20   // of the file
	MaxPixels = 25_000_000 // of the picture
	MaxAspect = 4          // the longer side over the shorter
)

// format is one that is read.
type format struct {
	name   string
	magic  func([]byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func formats() []format {
	begins := func(magic string) func([]byte) bool {
		return func(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
	}
	riff := func(b []byte) bool { return len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP" }
	return []format{
		{"PNG", begins("\x89PNG\r\n\x1a\n"), png.DecodeConfig, png.Decode},
		{"JPEG", begins("\xff\xd8\xff"), jpeg.DecodeConfig, jpeg.Decode},
		{"WebP", riff, webp.DecodeConfig, webp.Decode},
	}
}

// Decode reads a picture whose shorter side has at least `least` pixels. The
// error says why the file is refused.
func Decode(file []byte, least int) (img image.Image, err error) {
	if len(file) > MaxBytes {
		return nil, fmt.Errorf("is larger than %d MiB", MaxBytes>>20)
	}
	for _, f := range formats() {
		if f.magic(file) {
			return f.read(file, least)
		}
	}
	return nil, Known(file)
}

// Head is how many of a file's first bytes tell whether it is a picture.
const Head = 16

// Known refuses a file whose first bytes are not those of a picture.
func Known(head []byte) error {
	if slices.ContainsFunc(formats(), func(f format) bool { return f.magic(head) }) {
		return nil
	}
	if len(head) == 0 {
		return errors.New("is empty")
	}
	return errors.New("is no PNG, JPEG or WebP picture")
}

func (f format) read(file []byte, least int) (img image.Image, err error) {
	defer func() { // the decoders are not ours, and the files are anyone's
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("is a damaged %s picture", f.name)
		}
	}()
	config, err := f.config(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("is a damaged %s picture (%w)", f.name, err)
	}
	if err := suitable(config, least); err != nil {
		return nil, err
	}
	img, err = f.decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("is a damaged %s picture (%w)", f.name, err)
	}
	if b := img.Bounds(); b.Dx() != config.Width || b.Dy() != config.Height {
		return nil, fmt.Errorf("is a damaged %s picture (its size is not what it says)", f.name)
	}
	return img, nil
}

// suitable refuses a picture by its header.
func suitable(c image.Config, least int) error {
	short, long := min(c.Width, c.Height), max(c.Width, c.Height)
	switch {
	case short < 1 || int64(c.Width)*int64(c.Height) > MaxPixels:
		return fmt.Errorf("has %d×%d pixels, at most %d million are read", c.Width, c.Height, MaxPixels/1_000_000)
	case short < least:
		return fmt.Errorf("has %d×%d pixels, at least %d a side are needed", c.Width, c.Height, least)
	case long > MaxAspect*short:
		return fmt.Errorf("has %d×%d pixels, which is no face: one side is more than %d times the other", c.Width, c.Height, MaxAspect)
	case c.ColorModel == color.CMYKModel:
		return errors.New("is CMYK, whose colours depend on a press: convert it to RGB")
	}
	return nil
}
