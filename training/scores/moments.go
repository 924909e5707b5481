package scores

import "sweep/training/kernels"

// Moments are the mean and the covariance, with n − 1, of n ≥ 2 feature vectors.
type Moments struct {
	Mean []float64
	Cov  []float64 // (d, d), row by row
}

// NewMoments takes the moments of features (n, d).
func NewMoments(f kernels.Matrix[float32]) Moments {
	d := f.Cols
	m := Moments{make([]float64, d), make([]float64, d*d)}
	for i := range f.Rows {
		for j, v := range row(f, i) {
			m.Mean[j] += float64(v)
		}
	}
	for j := range m.Mean {
		m.Mean[j] /= float64(f.Rows)
	}
	off := make([]float64, d)
	for i := range f.Rows {
		for j, v := range row(f, i) {
			off[j] = float64(v) - m.Mean[j]
		}
		for j, a := range off {
			line := m.Cov[j*d : j*d+j+1]
			for l := range line {
				line[l] += float64(a * off[l])
			}
		}
	}
	for j := range d {
		for l := range j + 1 {
			m.Cov[j*d+l] /= float64(f.Rows - 1)
			m.Cov[l*d+j] = m.Cov[j*d+l]
		}
	}
	return m
}

func row(m kernels.Matrix[float32], i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols] }
