//go:build !noasm

package cpu

// lot is how many logits are computed before they are summed in order.
const lot = 64

// softplus writes the softplus of up to a lot of logits times sign to dst.
func softplus(dst *[lot]float64, l []float32, sign float32) {
	if n := len(l) / 4; n > 0 {
		softplusVec(&dst[0], &l[0], n, sign)
	}
	if n := len(l) % 4; n > 0 {
		var rest [4]float32
		copy(rest[:], l[len(l)-n:])
		softplusVec(&dst[len(l)-n], &rest[0], 1, sign)
	}
}

// sigmoid writes σ of up to a lot of logits times sign to dst.
func sigmoid(dst *[lot]float64, l []float32, sign float32) {
	if n := len(l) / 4; n > 0 {
		sigmoidVec(&dst[0], &l[0], n, sign)
	}
	if n := len(l) % 4; n > 0 {
		var rest [4]float32
		copy(rest[:], l[len(l)-n:])
		sigmoidVec(&dst[len(l)-n], &rest[0], 1, sign)
	}
}

// SoftplusMean sums in float64, in order.
func (*avx2) SoftplusMean(out, l matrix, sign float32) {
	var values [lot]float64
	var sum float64
	for x := l.Data; len(x) > 0; {
		n := min(lot, len(x))
		softplus(&values, x[:n], sign)
		for _, v := range values[:n] {
			sum += v
		}
		x = x[n:]
	}
	out.Data[0] = float32(sum / float64(len(l.Data)))
}

// SigmoidMean sums in float64, in order.
func (*avx2) SigmoidMean(out, l matrix) {
	var values [lot]float64
	var sum float64
	for x := l.Data; len(x) > 0; {
		n := min(lot, len(x))
		sigmoid(&values, x[:n], 1)
		for _, v := range values[:n] {
			sum += v
		}
		x = x[n:]
	}
	out.Data[0] = float32(sum / float64(len(l.Data)))
}

// SoftplusGrad is the derivative of SoftplusMean times g.
func (*avx2) SoftplusGrad(out, l, g matrix, sign float32) {
	var values [lot]float64
	c := float64(g.Data[0]) * float64(sign) / float64(len(l.Data))
	for x, o := l.Data, out.Data; len(x) > 0; {
		n := min(lot, len(x))
		sigmoid(&values, x[:n], sign)
		for i, v := range values[:n] {
			o[i] = float32(c * v)
		}
		x, o = x[n:], o[n:]
	}
}
