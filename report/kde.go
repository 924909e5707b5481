package report

import "math"

// Bandwidth is the Gaussian kernel's standard deviation in every density
// picture, in data units. It is fixed so that pictures can be compared: a
// bandwidth that follows the sample's spread (Scott's rule, the source's own)
// makes collapsed runs look sharper than the truth (experiments.md §1.1).
const Bandwidth = 0.1

// density is a kernel density estimate on a square of size×size pixels over
// [-limit, limit]², rows from the top, in probability per unit area.
type density struct {
	size   int
	values []float64
}

// estimate makes the density of points: linear binning on the pixel grid, then
// two one-dimensional convolutions. Points that are not finite count in the
// total and appear nowhere.
func estimate(points []Point, limit float64, size int) density {
	scale := float64(size) / (2 * limit) // pixels per unit
	margin := int(math.Ceil(4 * Bandwidth * scale))
	wide := size + 2*margin // points just outside still reach in
	grid := make([]float64, wide*wide)
	for _, p := range points {
		x, y := pixel(p, limit, scale)
		splat(grid, wide, x+float64(margin), y+float64(margin), 1)
	}
	kernel := gaussian(Bandwidth*scale, margin)
	grid = convolve(convolve(grid, wide, kernel), wide, kernel)
	d := density{size: size, values: make([]float64, size*size)}
	norm := scale * scale / float64(max(1, len(points)))
	for y := range size {
		for x := range size {
			d.values[y*size+x] = grid[(y+margin)*wide+x+margin] * norm
		}
	}
	return d
}

// peak is the density's largest value.
func (d density) peak() float64 {
	top := 0.0
	for _, v := range d.values {
		top = max(top, v)
	}
	return top
}

// pixel maps a point to continuous pixel coordinates with the y axis upwards;
// pixel centres are at whole numbers.
func pixel(p Point, limit, scale float64) (x, y float64) {
	return (float64(p.X)+limit)*scale - 0.5, (limit-float64(p.Y))*scale - 0.5
}

// splat spreads a weight over the four pixels around a place; what falls
// outside the square, or is not finite, is left out.
func splat(grid []float64, size int, x, y, weight float64) {
	if !(x > -1 && x < float64(size) && y > -1 && y < float64(size)) {
		return
	}
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	add := func(ix, iy int, w float64) {
		if ix >= 0 && ix < size && iy >= 0 && iy < size {
			grid[iy*size+ix] += w * weight
		}
	}
	ix, iy := int(x0), int(y0)
	add(ix, iy, (1-fx)*(1-fy))
	add(ix+1, iy, fx*(1-fy))
	add(ix, iy+1, (1-fx)*fy)
	add(ix+1, iy+1, fx*fy)
}

// gaussian is a kernel of 2·reach+1 taps that add up to one.
func gaussian(sigma float64, reach int) []float64 {
	taps := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range taps {
		t := float64(i-reach) / sigma
		taps[i] = math.Exp(-t * t / 2)
		sum += taps[i]
	}
	for i := range taps {
		taps[i] /= sum
	}
	return taps
}

// convolve runs the kernel along the rows and returns the result transposed, so
// that a second call runs it along the columns and restores the order.
func convolve(grid []float64, size int, kernel []float64) []float64 {
	reach := len(kernel) / 2
	out := make([]float64, len(grid))
	for y := range size {
		row := grid[y*size : (y+1)*size]
		for x, v := range row {
			if v == 0 {
				continue
			}
			for i := max(0, x-reach); i <= min(size-1, x+reach); i++ {
				out[i*size+y] += v * kernel[i-x+reach]
			}
		}
	}
	return out
}
