package cuda

import "sweep/training/kernels"

// tile is the side of a block's part of a product, as in kernels/product.cuh.
const tile = 64

// MatMul computes op(x)·op(y).
func (b *Backend) MatMul(out, x, y matrix, ta, tb bool) {
	b.product(out, x, y, ta, tb).c(0, 0).runProduct(out)
}

// Dense computes x·w + bias, then ReLU.
func (b *Backend) Dense(out, x, w, bias matrix, relu bool) {
	b.product(out, x, w, false, false).in(3, bias.Data)
	if relu {
		b.args.N[7] = int64(kernels.Rectified)
	}
	b.c(0, 0).runProduct(out)
}

// Layer computes f(x·w + bias + sigma·noise).
func (b *Backend) Layer(out, x, w, bias, noise matrix, sigma float32, f kernels.Activation) {
	b.product(out, x, w, false, false).in(3, bias.Data)
	if len(noise.Data) > 0 {
		b.in(4, noise.Data[:len(out.Data)])
	}
	b.args.N[7] = int64(f.Curve)
	b.c(sigma, float32(f.Leak)).runProduct(out)
}

// product sets the factors; op transposes by its strides.
func (b *Backend) product(out, x, y matrix, ta, tb bool) *Backend {
	depth, xLine, xDepth := x.Cols, x.Cols, 1
	if ta {
		depth, xLine, xDepth = x.Rows, 1, x.Cols
	}
	yLine, yDepth := 1, y.Cols
	if tb {
		yLine, yDepth = y.Cols, 1
	}
	b.begin().out(0, out.Data).in(1, x.Data).in(2, y.Data)
	return b.n(out.Rows, out.Cols, depth, xLine, xDepth, yLine, yDepth, int(kernels.Linear))
}

func (b *Backend) runProduct(out matrix) {
	kernel := "k_product"
	if b.tf32 {
		kernel = "k_product_tf32"
	}
	b.run(kernel, blocks(out.Cols, tile), blocks(out.Rows, tile))
}
