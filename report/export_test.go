package report

// Density is the estimate that strips are painted from, for tests: rows from
// the top, probability per unit area.
func Density(points []Point, limit float64, size int) []float64 {
	return estimate(points, limit, size).values
}
