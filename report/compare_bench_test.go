package report_test

import (
	"context"
	"math/rand/v2"
	"syscall"
	"testing"

	"sweep/report"
	"sweep/storage"
)

// wide is a sweep of 1000 cells (10 × 10 × 10) and ten seeds.
func wide() *world {
	w := newWorld("k", "z_dim", "g_width")
	rng := rand.New(rand.NewPCG(1, 1))
	for k := range 10 {
		for z := range 10 {
			for g := range 10 {
				for seed := range int64(10) {
					w.add(seed, storage.Finished, float64(rng.IntN(9)), "k", k, "z_dim", z+1, "g_width", g+1)
				}
			}
		}
	}
	return w
}

// Ten thousand trials are compared within a second, reading them aside
// (2,700 contrasts).
func BenchmarkCompareTenThousandTrials(b *testing.B) { compareWide(b, report.Options{}) }

func BenchmarkCompareTenThousandTrialsByAxis(b *testing.B) { compareWide(b, report.Options{By: "k"}) }

func compareWide(b *testing.B, o report.Options) {
	w := wide()
	began, n := cpuSeconds(b), 0
	for b.Loop() {
		n++
		if _, err := report.Compare(context.Background(), w, "quick", o); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpuSeconds(b)-began)/float64(n), "cpu-s/op")
}

// cpuSeconds is what the process has used, however busy the machine is.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
