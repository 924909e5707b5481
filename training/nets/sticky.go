package nets

import "sweep/training/kernels"

// sticky applies operations until the first error.
type sticky[T kernels.Float] struct {
	ops Ops[T]
	err error
}

func (s *sticky[T]) do(f func() (node, error)) (n node) {
	if s.err == nil {
		n, s.err = f()
	}
	return n
}

func (s *sticky[T]) scale(x node, c float64) node {
	return s.do(func() (node, error) { return s.ops.Scale(x, c) })
}

func (s *sticky[T]) apply(m *MLP[T], x node, params nodes) node {
	return s.do(func() (node, error) { return s.ops.Apply(m, x, params) })
}

func (s *sticky[T]) add(a, b node) node {
	return s.do(func() (node, error) { return s.ops.Add(a, b) })
}

func (s *sticky[T]) mul(a, b node) node {
	return s.do(func() (node, error) { return s.ops.Mul(a, b) })
}

func (s *sticky[T]) softplus(l node, sign int) node {
	return s.do(func() (node, error) { return s.ops.SoftplusMean(l, sign) })
}

func (s *sticky[T]) sigmoid(l node) node {
	return s.do(func() (node, error) { return s.ops.SigmoidMean(l) })
}

// vjp builds gradients; without any after an error.
func (s *sticky[T]) vjp(outputs, seeds, wrt nodes) (out nodes) {
	if s.err == nil {
		out, s.err = s.ops.VJP(outputs, seeds, wrt)
	}
	return out
}

func (s *sticky[T]) softmax(l node) node {
	return s.do(func() (node, error) { return s.ops.Softmax(l) })
}

func (s *sticky[T]) rowSum(x node) node {
	return s.do(func() (node, error) { return s.ops.RowSum(x) })
}

func (s *sticky[T]) rowScale(x, by node) node {
	return s.do(func() (node, error) { return s.ops.RowScale(x, by) })
}

func (s *sticky[T]) scaleBy(x, by node) node {
	return s.do(func() (node, error) { return s.ops.ScaleBy(x, by) })
}

// rowMean is sign times the mean of x's rows, (1, c).
func (s *sticky[T]) rowMean(x node, sign float64) node {
	sum := s.do(func() (node, error) { return s.ops.ColSum(x) })
	if s.err != nil {
		return nil
	}
	return s.scale(sum, sign/float64(x.Shape()[0]))
}

func (s *sticky[T]) rows(x node, first, n int) node {
	return s.do(func() (node, error) { return s.ops.Rows(x, first, n) })
}

func (s *sticky[T]) logSumExp(l node) node {
	return s.do(func() (node, error) { return s.ops.LogSumExp(l) })
}
