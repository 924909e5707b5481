package sweeps_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"sweep/sweeps"
)

// Hostile files end quickly and in little memory. Time is the processor's, so
// that a busy machine does not matter; the bounds leave room for the race
// detector: unbounded, each of these files costs many seconds or gigabytes.
func TestHostileFilesAreCheap(t *testing.T) {
	const head = "version: 1\nname: x\n"
	each := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	hundred := "experiments:\n" + each(100, "  - {name: e%d}\n")
	for name, text := range map[string]string{
		"alias bomb":          "a: &a [x,x,x,x,x,x,x,x]\n" + each(8, "b%d: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"),
		"deep flow":           strings.Repeat("[", 500_000),
		"deep maps":           strings.Repeat("{a: ", 200_000),
		"deep blocks":         strings.Repeat("- ", 400_000),
		"deep keys":           strings.Repeat("? ", 400_000),
		"wide flow":           "[" + strings.Repeat("1,", 400_000) + "]",
		"just under the cut":  head + "experiments: [" + strings.Repeat("1,", 19_990) + "]",
		"many keys":           each(9_900, "k%d: 1\n"),
		"one key again":       strings.Repeat("a: 1\n", 9_000),
		"comments":            strings.Repeat("#\n", 19_000) + "a: 1",
		"comments between":    "a:\n" + strings.Repeat("  # x\n  - 1\n", 9_000),
		"a long key":          strings.Repeat("k", 1_000_000) + ": 1",
		"a long word":         head + "experiments: [{name: e, task: " + strings.Repeat("g", 1_000_000) + "}]",
		"a long number":       head + "experiments: [{name: e, task: noop, seeds: " + strings.Repeat("9", 1_000_000) + "}]",
		"long description":    head + "description: |\n" + strings.Repeat("  x\n", 19_000),
		"bad defaults":        head + "defaults: {task: gaussians, parameters: {" + each(9_000, "p%d: 1,") + "}}\n" + hundred,
		"wide defaults":       head + "defaults: {task: gaussians, matrix: {batch: [" + each(1000, "%d1,") + "], z_dim: [" + each(1000, "1%d,") + "]}}\n" + hundred,
		"listed seeds":        head + "defaults: {task: gaussians, seeds: [" + each(9_000, "%d,") + "]}\n" + hundred,
		"counted seeds":       head + "defaults: {task: gaussians, seeds: 10000}\n" + hundred,
		"excludes everywhere": head + "defaults: {task: gaussians, matrix: {batch: [" + each(300, "1%d,") + "], z_dim: [" + each(300, "1%d,") + "]}, exclude: [" + each(60, "{batch: 1%[1]d, z_dim: 1%[1]d},") + "]}\n" + hundred,
		"contrasts everywhere": head + "defaults: {task: gaussians, matrix: {batch: [" + each(31, "1%d,") + "], z_dim: [" + each(31, "1%d,") + "]}, exclude: [{batch: 10, z_dim: 10}], contrasts: [" +
			each(16, "{axis: batch, value: 1%[1]d, against: 130, at: {z_dim: 1%[1]d}},") + "], seeds: 10000}\n" + hundred,
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := processorTime(t)
			spec, err := sweeps.Parse("x.yaml", []byte(text))
			if err == nil {
				_, err = spec.Count()
			}
			took := processorTime(t) - start
			runtime.ReadMemStats(&after)
			if err == nil || len(err.Error()) > 100_000 {
				t.Errorf("%d bytes of errors", len(fmt.Sprint(err)))
			}
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%v, %d MB allocated in all, %.100s", took, allocated, err)
			if took > 3*time.Second || allocated > 128 {
				t.Errorf("took %v and %d MB", took, allocated)
			}
		})
	}
}

// processorTime is what this process has used, user and system.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatalf("read the processor time used: %v", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
