package sweeps

import (
	"math"
	"strconv"

	"sweep/training"
)

// factor is one side of the product of rows: an axis of the matrix, or a zip.
type factor struct {
	names []string
	rows  [][]training.Value // each as long as names
}

// factors lists an experiment's axes, then its zips, both in file order.
func factors(e *Experiment) []factor {
	var out []factor
	for _, x := range e.Axes {
		out = append(out, factorOf(x))
	}
	for _, z := range e.Zips {
		out = append(out, factorOf(z.Axes...))
	}
	return out
}

// factorOf puts axes of one length side by side.
func factorOf(axes ...Axis) factor {
	var f factor
	length := 0
	for i, x := range axes {
		f.names = append(f.names, x.Name)
		if i == 0 || len(x.Values) < length {
			length = len(x.Values)
		}
	}
	values := make([]training.Value, 0, length*len(axes))
	for i := range length {
		for _, x := range axes {
			values = append(values, x.Values[i])
		}
		f.rows = append(f.rows, values[i*len(axes):])
	}
	return f
}

// matches tells whether a row agrees with every setting that names one of the
// factor's parameters.
func (f factor) matches(row []training.Value, p training.Params) bool {
	for i, name := range f.names {
		if want, named := p.Get(name); named && row[i] != want {
			return false
		}
	}
	return true
}

// product counts the rows of all factors, at most math.MaxInt64.
func product(all []factor) int64 {
	n := int64(1)
	for _, f := range all {
		n = times(n, int64(len(f.rows)))
	}
	return n
}

// times multiplies numbers that are not negative, at most math.MaxInt64.
func times(a, b int64) int64 {
	if b != 0 && a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}

// plus adds numbers that are not negative, at most math.MaxInt64.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// many spells a count that times or plus may have cut.
func many(n int64) string {
	if n == math.MaxInt64 {
		return "more than 9223372036854775807"
	}
	return strconv.FormatInt(n, 10)
}

// grid is the product of factors without the excluded rows.
type grid struct {
	factors []factor
	agree   [][]uint64 // [factor][row]: bit i is set where the row agrees with exclude i
	all     uint64     // a bit for each exclude
}

func newGrid(all []factor, excludes []training.Params) grid {
	g := grid{factors: all, all: 1<<len(excludes) - 1, agree: make([][]uint64, len(all))}
	for i, f := range all {
		g.agree[i] = make([]uint64, len(f.rows))
		for j, row := range f.rows {
			for x, p := range excludes {
				if f.matches(row, p) {
					g.agree[i][j] |= 1 << x
				}
			}
		}
	}
	return g
}

// count is the number of rows that are left, at most math.MaxInt64.
func (g grid) count() int64 { return g.below(0, g.all) }

// below counts under a partial row with which the excludes in left still agree.
func (g grid) below(depth int, left uint64) int64 {
	switch {
	case left == 0:
		return product(g.factors[depth:])
	case depth == len(g.factors):
		return 0
	}
	n := int64(0)
	for _, agree := range g.agree[depth] {
		n = plus(n, g.below(depth+1, left&agree))
	}
	return n
}

// walk visits the rows that are left in order, the last factor fastest, until
// visit says stop. The digits are each factor's row; they are used again.
func (g grid) walk(visit func(digits []int) bool) bool {
	return g.descend(make([]int, 0, len(g.factors)), g.all, visit)
}

func (g grid) descend(digits []int, left uint64, visit func([]int) bool) bool {
	depth := len(digits)
	if depth == len(g.factors) {
		return left != 0 || visit(digits)
	}
	for row := range g.factors[depth].rows {
		if !g.descend(append(digits, row), left&g.agree[depth][row], visit) {
			return false
		}
	}
	return true
}

// cell names the values of a row.
func (g grid) cell(digits []int) Cell {
	var c Cell
	for i, row := range digits {
		for j, name := range g.factors[i].names {
			c = append(c, training.Setting{Name: name, Value: g.factors[i].rows[row][j]})
		}
	}
	return c
}
