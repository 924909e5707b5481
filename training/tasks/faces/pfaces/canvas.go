package pfaces

import "sweep/training/kernels"

// over is how many times wider and higher a picture is drawn than it becomes.
const over = 4

// Canvas draws pictures of one size, one at a time. It serves one goroutine.
type Canvas struct {
	size  int
	sheet *sheet
}

// NewCanvas makes a canvas for pictures of size×size pixels, size ≥ 8.
func NewCanvas(size int) *Canvas { return &Canvas{size, newSheet(over * size)} }

// Draw writes a face's picture, 3·size·size bytes sRGB: the red plane, the green
// and the blue, each row by row.
func (c *Canvas) Draw(out []uint8, a Attributes, n Nuisance) {
	newFace(c.sheet, a, n).draw()
	c.shrink(out, n)
}

// shrink takes the mean of each 4×4 drawn pixels, lights it and adds noise.
func (c *Canvas) shrink(out []uint8, n Nuisance) {
	plane, wide := c.size*c.size, c.sheet.side
	grain := grains{key: n.grain, counter: kernels.Counter{Stream: streamGrain}}
	for y := range c.size {
		for x := range c.size {
			// Two channels travel in one word: 16 values of 8 bits need 12.
			var rb, g uint32
			for dy := range over {
				at := (over*y+dy)*wide + over*x
				for _, v := range c.sheet.pix[at : at+over] {
					rb += v & 0xFF00FF
					g += v >> 8 & 0xFF
				}
			}
			i := y*c.size + x
			light := n.light(x, y, c.size)
			out[i] = n.finish(int(rb>>16&0xFFF), light, &grain)
			out[plane+i] = n.finish(int(g), light, &grain)
			out[2*plane+i] = n.finish(int(rb&0xFFF), light, &grain)
		}
	}
}
