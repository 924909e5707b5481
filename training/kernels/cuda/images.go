package cuda

import "sweep/training/kernels"

// shape sets a convolution's shape.
func (b *Backend) shape(images int, c kernels.Conv) *Backend {
	return b.n(images, c.Channels, c.Height, c.Width, c.Filters, c.Size, c.Pad, c.Step(), c.OutHeight(), c.OutWidth())
}

// Conv is one product for all images, whose left factor is never written down.
func (b *Backend) Conv(out, x, w, bias matrix, c kernels.Conv) {
	b.begin().out(0, out.Data).in(1, x.Data).in(2, w.Data).shape(x.Rows, c)
	b.biased(bias).run("k_conv", blocks(c.Filters, tile), blocks(x.Rows*c.Places(), tile))
}

// biased adds a bias, unless there is none.
func (b *Backend) biased(bias matrix) *Backend {
	if len(bias.Data) > 0 {
		b.in(3, bias.Data)
	}
	return b
}

// ConvGradInput is one product over filters and their elements.
func (b *Backend) ConvGradInput(out, w, g matrix, c kernels.Conv) {
	b.ConvTranspose(out, g, w, matrix{}, c)
}

// ConvTranspose is ConvGradInput and a bias.
func (b *Backend) ConvTranspose(out, x, w, bias matrix, c kernels.Conv) {
	b.begin().out(0, out.Data).in(1, w.Data).in(2, x.Data).shape(x.Rows, c)
	b.biased(bias).run("k_conv_grad_input", blocks(c.Channels, tile), blocks(x.Rows*c.Height*c.Width, tile))
}

// slice is how many places a block of the filters' gradient adds up at least,
// and maxSlices how many blocks share them.
const (
	slice     = 512
	maxSlices = 64
)

// ConvGradWeight cuts the places of all images into slices and adds these up in
// order.
func (b *Backend) ConvGradWeight(out, x, g matrix, c kernels.Conv) {
	places, weights := x.Rows*c.Places(), c.FanIn()*c.Filters
	each := max(slice, blocks(places, maxSlices))
	slices, wide := blocks(places, each), blocks(c.Filters, tile)
	b.begin().out(3, out.Data).in(1, x.Data).in(2, g.Data).scratch(0, slices*weights).shape(x.Rows, c)
	b.args.N[10], b.args.N[11] = int64(each), int64(wide)
	b.place()
	b.launch("k_conv_grad_weight", slices*wide, blocks(c.FanIn(), tile))
	b.args.Op[0], b.args.Op[1] = b.args.Op[3], b.args.Op[0]
	b.n(weights, slices)
	b.launch("k_slices", blocks(weights, Threads), 1)
	b.args.Op[3] = b.args.Op[0]
	b.finish()
}

// ConvGradBias takes a block for each filter.
func (b *Backend) ConvGradBias(out, g matrix, c kernels.Conv) {
	b.begin().out(0, out.Data).in(1, g.Data).shape(g.Rows, c).run("k_conv_grad_bias", c.Filters, 1)
}

// MaxPool takes each square's largest.
func (b *Backend) MaxPool(out, x matrix, p kernels.Pool) {
	n := x.Rows * p.Out()
	b.begin().out(0, out.Data[:n]).in(1, x.Data).n(x.Rows, p.Channels, p.Height, p.Width, p.Size).flat("k_max_pool", n)
}

// MaxPoolGrad looks for each element whether it is its square's largest.
func (b *Backend) MaxPoolGrad(out, x, g matrix, p kernels.Pool) {
	n := x.Rows * p.In()
	b.begin().out(0, out.Data[:n]).in(1, x.Data).in(2, g.Data).n(x.Rows, p.Channels, p.Height, p.Width, p.Size).flat("k_max_pool_grad", n)
}
