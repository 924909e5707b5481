package stats

import "math"

// Wilson is the score interval of a share of x in n (Wilson 1927), without a
// continuity correction. With n = 0 nothing is known: 0 to 1.
func Wilson(x, n int) Interval {
	if n == 0 {
		return Interval{Low: 0, High: 1, Level: Level}
	}
	z, m := critical(), float64(n)
	share := float64(x) / m
	centre := (share + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	i := Interval{Low: max(0, centre-half), High: min(1, centre+half), Level: Level}
	if x == 0 { // exactly, whatever the rounding
		i.Low = 0
	}
	if x == n {
		i.High = 1
	}
	return i
}
