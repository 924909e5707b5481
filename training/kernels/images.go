package kernels

// Conv is the shape of a convolution: square filters, zeros around the image. An
// image is a row of a matrix, channel by channel, each row by row (NCHW).
type Conv struct {
	Channels, Height, Width int
	Filters, Size           int
	Pad                     int // 0 is "valid"; (Size−1)/2 for odd Size and stride 1 is "same"
	Stride                  int // between a filter's places; 0 is 1
}

// OutHeight and OutWidth are a filter's answer's, ≥ 1.
func (c Conv) OutHeight() int { return c.places(c.Height) }

// OutWidth is beside OutHeight.
func (c Conv) OutWidth() int { return c.places(c.Width) }

func (c Conv) places(side int) int { return floorDivide(side+2*c.Pad-c.Size, c.Step()) + 1 }

// Step is the stride, ≥ 1.
func (c Conv) Step() int { return max(c.Stride, 1) }

func floorDivide(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// In is an image's number of elements, FanIn a filter's, Places an answer's per
// filter, Out those of all filters.
func (c Conv) In() int { return c.Channels * c.Height * c.Width }

// FanIn is beside In.
func (c Conv) FanIn() int { return c.Channels * c.Size * c.Size }

// Places is beside In.
func (c Conv) Places() int { return c.OutHeight() * c.OutWidth() }

// Out is beside In.
func (c Conv) Out() int { return c.Filters * c.Places() }

// Pool is the shape of a max-pooling over squares that do not overlap; what is
// left over at the right and below is not looked at.
type Pool struct{ Channels, Height, Width, Size int }

// In and Out are an image's number of elements before and after.
func (p Pool) In() int { return p.Channels * p.Height * p.Width }

// Out is beside In.
func (p Pool) Out() int { return p.Channels * (p.Height / p.Size) * (p.Width / p.Size) }

// Images are operations on rows that are images.
type Images[T Float] interface {
	// Conv correlates x (n, In) with the filters w (FanIn, Filters), rows of w in
	// the order channel, row, column, and adds b (1, Filters); out is (n, Out).
	// b is empty (no data) where there is none. Within 2(FanIn+1)u·(Σ|x·w|+|b|).
	Conv(out, x, w, b Matrix[T], c Conv)

	// ConvGradInput, ConvGradWeight and ConvGradBias are the derivatives by x, w
	// and b for g = ∂L/∂out (n, Out). Within 2(terms+1)u of the sum of the terms'
	// magnitudes.
	ConvGradInput(out, w, g Matrix[T], c Conv)
	ConvGradWeight(out, x, g Matrix[T], c Conv)
	ConvGradBias(out, g Matrix[T], c Conv)

	// ConvTranspose is the transposed convolution that c is the other way of: x is
	// (n, c.Out), w (c.FanIn, c.Filters), b (1, c.Channels) or empty, out (n, c.In).
	// It is ConvGradInput of x, and b of each channel. Within 2(terms+1)u of the sum
	// of the terms' magnitudes.
	ConvTranspose(out, x, w, b Matrix[T], c Conv)

	// MaxPool writes the largest element of each square; MaxPoolGrad gives g to
	// the first largest element of each square of x and 0 to the others. NaN is
	// larger than all. Exact.
	MaxPool(out, x Matrix[T], p Pool)
	MaxPoolGrad(out, x, g Matrix[T], p Pool)
}

// Multiplier computes products.
type Multiplier[T Float] interface {
	MatMul(out, a, b Matrix[T], ta, tb bool)
}
