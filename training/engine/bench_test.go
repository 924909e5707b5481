package engine_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"sweep/training"
	"sweep/training/engine"
)

// BenchmarkStep times outer iterations of the source's ring model as trials run
// them, points recorded; the evaluations at both ends are left out. cpu-ms/step
// is what to read on a machine that others use too.
func BenchmarkStep(b *testing.B) {
	for key, e := range engines() {
		for _, k := range []int{0, 1, 5} {
			for _, z := range []int{16, 256} {
				b.Run(fmt.Sprintf("%s/k=%d/z=%d", key, k, z), func(b *testing.B) { benchmarkStep(b, e, "k", k, "z_dim", z) })
			}
		}
	}
}

// BenchmarkGradient times the ways to unroll at k = 5 and z 256 beside each
// other.
func BenchmarkGradient(b *testing.B) {
	for key, e := range engines() {
		for _, gradient := range []string{"truncated", "full"} {
			for _, batches := range []string{"fresh", "fixed"} {
				b.Run(fmt.Sprintf("%s/%s/%s", key, gradient, batches), func(b *testing.B) {
					benchmarkStep(b, e, "k", 5, "z_dim", 256, "gradient", gradient, "batches", batches)
				})
			}
		}
	}
}

func benchmarkStep(b *testing.B, e *engine.Engine, settings ...any) {
	s := &stopwatch{b: b}
	cfg := config(b, "gaussians", 1, append(settings, "steps", b.N+1, "eval_every", int(1e9))...)
	b.ReportAllocs()
	if _, err := e.Train(b.Context(), training.Job{Config: cfg}, s); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(s.cpu.Microseconds())/1e3/float64(b.N), "cpu-ms/step")
}

// stopwatch is a recorder that times the steps 1 … N of N+1.
type stopwatch struct {
	b   *testing.B
	cpu time.Duration
}

func (s *stopwatch) Record(step int64, _ []training.Point) error {
	if step == int64(s.b.N) {
		s.b.StopTimer()
		s.cpu += cpuTime()
	}
	return nil
}

func (s *stopwatch) Artifact(a training.Artifact) error {
	if a.Name == "samples" && a.Step == 0 {
		s.cpu = -cpuTime()
		s.b.ResetTimer()
	}
	return nil
}

func (s *stopwatch) Checkpoint(training.Checkpoint) error { return nil }

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
