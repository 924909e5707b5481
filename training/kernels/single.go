package kernels

import (
	"math"
	"unsafe"
)

// The functions below are float32 from end to end, every product rounded before
// it is added, so that eight lanes of a vector register give the same bits. They
// branch on nothing. exp's reduction and polynomial are Cephes' (Moshier, expf);
// log1p's polynomial is a minimax fit of log(1+e)/e on [0, 1].

// expParts gives s = 2^k and q with e^x = s·(1+q) for x ≤ 0. Below −87, where
// the result would soon no longer be normal, it is e^−87; NaN stays.
func expParts(x float32) (s, q float32) {
	const (
		log2e = 1.44269504088896341
		ln2Hi = 0.693359375 // ten bits, so that k·ln2Hi is exact
		ln2Lo = -2.12194440e-4
	)
	x = max(x, -87)
	k := float32(math.Floor(float64(float32(x*log2e) + 0.5)))
	r := x - float32(k*ln2Hi)
	r -= float32(k * ln2Lo)
	p := float32(1.9875691500e-4*r) + 1.3981999507e-3
	p = float32(p*r) + 8.3334519073e-3
	p = float32(p*r) + 4.1665795894e-2
	p = float32(p*r) + 1.6666665459e-1
	p = float32(p*r) + 5.0000001201e-1
	q = float32(p*float32(r*r)) + r
	if k != k {
		return k, q
	}
	return math.Float32frombits(uint32(int32(k)+127) << 23), q
}

// expNegative is e^x for x ≤ 0, within 4u and never below e^−87.
func expNegative(x float32) float32 {
	s, q := expParts(x)
	return s + float32(s*q)
}

// oneMinusExp is 1 − e^x for x ≤ 0, within 4u also where x is tiny.
func oneMinusExp(x float32) float32 {
	s, q := expParts(x)
	return (1 - s) - float32(s*q)
}

// log1pUnit is log(1+e) for e in [0, 1], within 4u.
func log1pUnit(e float32) float32 {
	p := float32(-0.0032440253999084234*e) + 0.01985146291553974
	p = float32(p*e) - 0.05695953592658043
	p = float32(p*e) + 0.10603655129671097
	p = float32(p*e) - 0.15305592119693756
	p = float32(p*e) + 0.1967593878507614
	p = float32(p*e) - 0.24954134225845337
	p = float32(p*e) + 0.3332996368408203
	p = float32(p*e) - 0.4999990165233612
	p = float32(p*e) + 1
	return float32(p * e)
}

func isSingle[T Float]() bool {
	var zero T
	return unsafe.Sizeof(zero) == 4
}

// softplusOf is log(1+e^x) in T's own precision: max(x,0) + log1p(e^−|x|).
func softplusOf[T Float](x T) T {
	if isSingle[T]() {
		v := float32(x)
		return T(max(v, 0) + log1pUnit(expNegative(-abs32(v))))
	}
	return T(softplus(float64(x)))
}

// tanhOf is t/(2−t) for t = 1 − e^−2|x|, with x's sign.
func tanhOf[T Float](x T) T {
	if isSingle[T]() {
		v := float32(x)
		t := oneMinusExp(-2 * abs32(v))
		return T(withSign(t/(2-t), v))
	}
	e := Exp(-2 * math.Abs(float64(x)))
	return T(math.Copysign((1-e)/(1+e), float64(x)))
}

// oneMinusExpOf is 1 − e^−y for y ≥ 0: softplus's derivative by its output.
func oneMinusExpOf[T Float](y T) T {
	if isSingle[T]() {
		return T(oneMinusExp(-float32(y)))
	}
	return T(1 - Exp(-float64(y)))
}

// eluOf is x where x > 0, e^x − 1 elsewhere, right also where x is tiny.
func eluOf[T Float](x T) T {
	if x > 0 {
		return x
	}
	if isSingle[T]() {
		return T(-oneMinusExp(float32(x)))
	}
	return T(Exp(float64(x)) - 1)
}

// expNegativeOf is e^x for x ≤ 0.
func expNegativeOf[T Float](x T) T {
	if isSingle[T]() {
		return T(expNegative(float32(x)))
	}
	return T(Exp(float64(x)))
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// withSign is x's magnitude with y's sign.
func withSign(x, y float32) float32 {
	const sign = 1 << 31
	return math.Float32frombits(math.Float32bits(x)&^sign | math.Float32bits(y)&sign)
}
