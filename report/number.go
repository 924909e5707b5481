package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Number writes a value for people: three significant digits, whole numbers
// below a million in full.
func Number(v float64) string {
	switch {
	case v == math.Trunc(v) && math.Abs(v) < 1e6:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Sprint(v)
	case math.Abs(v) >= 100 && math.Abs(v) < 1e6:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "e-0", "e-", 1)
}

// Signed writes a difference with its sign.
func Signed(v float64) string {
	s := Number(v)
	if v > 0 && !strings.HasPrefix(s, "+") {
		return "+" + s
	}
	return s
}

// number writes an optional value, a dash when there is none.
func number(v *float64) string {
	if v == nil {
		return "–"
	}
	return Number(*v)
}
