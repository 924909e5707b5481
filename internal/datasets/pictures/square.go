package pictures

import (
	"image"
	"image/color"
	"image/draw"

	scale "golang.org/x/image/draw"
)

// Square takes the largest square in the middle of a picture to size×size
// pixels by the Catmull-Rom kernel, on white where it is transparent, and writes
// the red plane, the green and the blue, each row by row: 3·size·size bytes.
func Square(out []uint8, img image.Image, size int) {
	canvas := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	scale.CatmullRom.Scale(canvas, canvas.Bounds(), img, middle(img.Bounds()), draw.Over, nil)
	plane := size * size
	for i := range plane {
		out[i], out[plane+i], out[2*plane+i] = canvas.Pix[4*i], canvas.Pix[4*i+1], canvas.Pix[4*i+2]
	}
}

// middle is the largest square in the middle of a rectangle.
func middle(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	x, y := r.Min.X+(r.Dx()-side)/2, r.Min.Y+(r.Dy()-side)/2
	return image.Rect(x, y, x+side, y+side)
}
