//go:build !noasm

package cpu

import "math"

// thin is the longest side that has kernels of its own, uprightRows how many rows
// the one for columns takes at once.
const (
	thin        = 2
	uprightRows = 16
)

var (
	lows     = [thin]func(k int, a *float32, rowStep, kStep uintptr, b *float32, bStep uintptr, c *float32, cStep uintptr, n int){low1, low2}
	shallows = [thin]func(rows int, a *float32, rowStep, kStep uintptr, b *float32, bStep uintptr, c *float32, cStep uintptr,
		bias *float32, biasStep uintptr, n int, floor float32){shallow1, shallow2}
	uprights = [thin]func(sixteens, fours int, a *float32, rowStep uintptr, b, c, bias *float32, floor float32){upright1, upright2}
	noBias   [8]float32
)

// thinProduct computes a product that has a thin side, or some rows of it; then p
// is the rest. It tells whether nothing is left.
func (v *avx2) thinProduct(p *product, bias []float32, tail uint) bool {
	switch {
	case p.depth == 0 || p.m == 0 || p.n == 0:
		return false
	case p.depth <= thin && p.n >= narrow && v.fits(p.depth*p.n):
		v.shallow(p, bias, tail)
	case p.n <= thin && p.kStep == 1 && p.m >= uprightRows && p.depth%4 == 0 && v.fits(8*p.depth*p.n):
		return v.upright(p, bias, tail)
	case tail != 0:
		return false
	case p.m <= thin && !p.turned:
		low(p.m, p.depth, p.a.Data, p.rowStep, p.kStep, p.b.Data, p.n, p.out.Data, p.n)
	case p.n <= thin && p.rowStep == 1 && v.fits(p.n*p.m):
		v.lowTurned(p)
	default:
		return false
	}
	return true
}

// fits tells whether n elements have room beside each other in the panel.
func (v *avx2) fits(n int) bool { return n <= len(v.panel) }

// low computes one or two rows of n columns of out = a·b; steps are in elements.
func low(rows, depth int, a []float32, rowStep, kStep int, b []float32, n int, out []float32, outStep int) {
	const bytes = 4
	lows[rows-1](depth, &a[0], uintptr(rowStep*bytes), uintptr(kStep*bytes), &b[0], uintptr(n*bytes), &out[0], uintptr(outStep*bytes), n)
}

// lowTurned computes outᵀ = bᵀ·a of a transposed left factor, which then lies as
// a right one has to.
func (v *avx2) lowTurned(p *product) {
	rowStep, kStep := 1, p.n
	if p.turned {
		rowStep, kStep = p.depth, 1
	}
	if p.n == 1 {
		low(1, p.depth, p.b.Data, rowStep, kStep, p.a.Data, p.m, p.out.Data, p.m)
		return
	}
	low(p.n, p.depth, p.b.Data, rowStep, kStep, p.a.Data, p.m, v.panel, p.m)
	first, second, out := v.panel[:p.m], v.panel[p.m:2*p.m], p.out.Data[:2*p.m]
	for i := range first {
		out[2*i], out[2*i+1] = first[i], second[i]
	}
}

// upright computes the rows that come in sixteens.
func (v *avx2) upright(p *product, bias []float32, tail uint) bool {
	const bytes = 4
	step, columnStep := p.n, 1
	if p.turned {
		step, columnStep = 1, p.depth
	}
	for j := range p.n {
		spread(&v.panel[8*j], uintptr(8*p.n*bytes), &p.b.Data[j*columnStep], uintptr(step*bytes), p.depth)
	}
	biasAt, _, floor := ends(bias, tail)
	uprights[p.n-1](p.m/uprightRows, p.depth/4, &p.a.Data[0], uintptr(p.rowStep*bytes), &v.panel[0], &p.out.Data[0], biasAt, floor)
	done := p.m / uprightRows * uprightRows
	p.m -= done
	p.out.Data, p.a.Data = p.out.Data[done*p.n:], p.a.Data[done*p.rowStep:]
	return p.m == 0
}

// ends gives a product's bias, what it moves on by in eight columns, and the least
// that a sum becomes. Where there is no bias it gives +0, which changes nothing: a
// sum that begins at +0 never becomes −0.
func ends(bias []float32, tail uint) (at *float32, step int, floor float32) {
	at, step, floor = &noBias[0], 0, float32(math.Inf(-1))
	if tail&withBias != 0 {
		at, step = &bias[0], len(noBias)
	}
	if tail&withReLU != 0 {
		floor = 0
	}
	return at, step, floor
}

// shallow computes a product of one or two terms.
func (v *avx2) shallow(p *product, bias []float32, tail uint) {
	const bytes = 4
	b := p.b.Data
	if p.turned && p.depth > 1 {
		b = v.panel
		for j := range p.n {
			for k := range p.depth {
				b[k*p.n+j] = p.b.Data[j*p.depth+k]
			}
		}
	}
	biasAt, biasStep, floor := ends(bias, tail)
	shallows[p.depth-1](p.m, &p.a.Data[0], uintptr(p.rowStep*bytes), uintptr(p.kStep*bytes), &b[0], uintptr(p.n*bytes),
		&p.out.Data[0], uintptr(p.n*bytes), biasAt, uintptr(biasStep*bytes), p.n, floor)
}
