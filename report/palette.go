package report

import (
	"image"
	"image/color"
)

// fewColours gives a picture of at most 256 colours a palette, which makes its
// file a third as large. One with more loses the lowest bits of its channels,
// up to three: black and white stay. One with more even then stays as it is.
func fewColours(img *image.RGBA) image.Image {
	for drop := range 4 {
		if out := withPalette(img, drop); out != nil {
			return out
		}
	}
	return img
}

// withPalette is nil when there are more than 256 colours.
func withPalette(img *image.RGBA, drop int) *image.Paletted {
	out := image.NewPaletted(img.Bounds(), nil)
	known := map[[3]uint8]uint8{}
	for i := range out.Pix {
		at := i / out.Stride * img.Stride
		at += i % out.Stride * 4
		c := [3]uint8{coarse(img.Pix[at], drop), coarse(img.Pix[at+1], drop), coarse(img.Pix[at+2], drop)}
		n, ok := known[c]
		if !ok {
			if len(out.Palette) == 256 {
				return nil
			}
			n = uint8(len(out.Palette)) // #nosec G115 -- below 256
			known[c] = n
			out.Palette = append(out.Palette, color.RGBA{c[0], c[1], c[2], 255})
		}
		out.Pix[i] = n
	}
	return out
}

// coarse rounds a channel to 8-drop bits, spread over the whole range.
func coarse(v uint8, drop int) uint8 {
	top := 255 >> drop
	step := (int(v)*top + 127) / 255
	return uint8((step*255 + top/2) / top) // #nosec G115 -- at most 255
}
