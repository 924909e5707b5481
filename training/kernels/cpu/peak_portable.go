//go:build noasm || !amd64

package cpu

// Peak does nothing here: there is no peak to measure against.
func Peak(int) {}

// PeakFlops is zero where there is no Peak.
const PeakFlops = 0
