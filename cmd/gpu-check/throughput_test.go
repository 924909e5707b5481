//go:build gpu

package gpucheck

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"sweep/training"
	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/tasks"
	"sweep/training/tasks/gaussians"
)

// seconds is how long a rate is measured, after a warm-up.
const seconds = 3

func config(t *testing.T, batch, seed int64) training.Config {
	t.Helper()
	p := training.Params{}.With("batch", training.IntValue(batch)).With("k", training.IntValue(5))
	cfg, err := training.NewConfig("gaussians", p, seed)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// ringRate is outer iterations of ring trials a second, all members of a pack
// counted.
func ringRate(t *testing.T, precision cuda.Precision, batch int64, members int) float64 {
	t.Helper()
	var cfgs []training.Config
	for i := range members {
		cfgs = append(cfgs, config(t, batch, int64(i+1)))
	}
	p, err := gaussians.Packed{Device: open, Precision: precision}.OpenPack(cfgs)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	steps, out := make([]int64, members), make([]tasks.Stepped, members)
	next := func() {
		for i := range steps {
			steps[i]++
		}
		if err := p.Step(t.Context(), steps, out); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		next()
	}
	n, begin := 0, time.Now()
	for time.Since(begin) < seconds*time.Second {
		next()
		n++
	}
	return float64(n*members) / time.Since(begin).Seconds()
}

// TestRingThroughput prints trial-iterations a second (K = 5, the source's
// networks) beside PyTorch's, eager and as a captured graph, in the same run.
// SWEEP_TORCH names the Python that has torch.
func TestRingThroughput(t *testing.T) {
	for _, batch := range []int64{512, 100} {
		eager, graphed := torch(t, batch)
		for _, precision := range []cuda.Precision{cuda.FP32, cuda.TF32} {
			for _, members := range []int{1, 32, 256} {
				rate := ringRate(t, precision, batch, members)
				fmt.Printf("ring, batch %d, %s, pack of %3d: %10.0f trial-iterations/s", batch, precision, members, rate)
				if eager > 0 {
					fmt.Printf(", %7.1f × PyTorch eager (%.0f), %7.1f × PyTorch in a CUDA graph (%.0f)", rate/eager, eager, rate/graphed, graphed)
				}
				fmt.Println()
			}
		}
	}
}

// torch measures PyTorch; zeros where there is none, and it says so.
func torch(t *testing.T, batch int64) (eager, graphed float64) {
	t.Helper()
	python := os.Getenv("SWEEP_TORCH")
	if python == "" {
		fmt.Println("ring: PyTorch was not measured: SWEEP_TORCH names no Python")
		return 0, 0
	}
	c := exec.Command(python, "-", fmt.Sprint(batch), fmt.Sprint(seconds))
	script, err := os.Open("torch_ring.py")
	if err != nil {
		script, err = os.Open("cmd/gpu-check/torch_ring.py")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer script.Close()
	c.Stdin, c.Stderr = script, os.Stderr
	text, err := c.Output()
	if err != nil {
		t.Fatalf("PyTorch: %v", err)
	}
	var rates struct {
		Torch, Device  string
		Eager, Graphed float64
	}
	if err := json.Unmarshal(text, &rates); err != nil {
		t.Fatalf("PyTorch: %v in %q", err, text)
	}
	fmt.Printf("ring, batch %d: PyTorch %s on %s\n", batch, rates.Torch, rates.Device)
	return rates.Eager, rates.Graphed
}

// layer is one operation of a step of the larger tasks.
type layer struct {
	name string
	work float64 // FLOPs
	run  func(be kernels.Backend[float32])
}

func matrix(rows, cols int) kernels.Matrix[float32] { return kernels.NewMatrix[float32](rows, cols) }

// layers are the discriminators' products of mnist-ssl (three batches of 100) and
// their convolutions of faces (batch 128), forwards and back.
func layers() (all []layer) {
	for _, s := range [][2]int{{784, 1000}, {1000, 500}, {500, 250}} {
		x, w, b, y := matrix(300, s[0]), matrix(s[0], s[1]), matrix(1, s[1]), matrix(300, s[1])
		dx, dw := matrix(300, s[0]), matrix(s[0], s[1])
		all = append(all, layer{fmt.Sprintf("mnist-ssl %d→%d", s[0], s[1]), 3 * 2 * 300 * float64(s[0]*s[1]), func(be kernels.Backend[float32]) {
			be.Dense(y, x, w, b, true)
			be.MatMul(dw, x, y, true, false)
			be.MatMul(dx, y, w, false, true)
		}})
	}
	const n = 128
	for _, c := range []kernels.Conv{{Channels: 3, Height: 96, Width: 96, Filters: 32}, {Channels: 32, Height: 48, Width: 48, Filters: 64},
		{Channels: 64, Height: 24, Width: 24, Filters: 128}, {Channels: 128, Height: 12, Width: 12, Filters: 256}} {
		c.Size, c.Pad, c.Stride = 4, 1, 2
		x, w, b, y := matrix(n, c.In()), matrix(c.FanIn(), c.Filters), matrix(1, c.Filters), matrix(n, c.Out())
		dx, dw := matrix(n, c.In()), matrix(c.FanIn(), c.Filters)
		all = append(all, layer{fmt.Sprintf("faces %d→%d at %d²", c.Channels, c.Filters, c.Height), 3 * 2 * n * float64(c.FanIn()*c.Out()), func(be kernels.Backend[float32]) {
			be.Conv(y, x, w, b, c)
			be.ConvGradWeight(dw, x, y, c)
			be.ConvGradInput(dx, w, y, c)
		}})
	}
	return all
}

// TestLayerThroughput prints what the larger tasks' layers reach, forwards and
// back, with operands in the device's memory.
func TestLayerThroughput(t *testing.T) {
	for _, precision := range []cuda.Precision{cuda.FP32, cuda.TF32} {
		p, err := cuda.NewPack(device(t), precision, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for _, l := range layers() {
			g, err := p.Capture(func() { l.run(p.Backend()) })
			if err != nil {
				t.Fatal(err)
			}
			const times = 20
			var begin time.Time
			for i := range times + 1 {
				if i == 1 {
					begin = begun(t, p)
				}
				if err := g.Launch(); err != nil {
					t.Fatal(err)
				}
			}
			each := begun(t, p).Sub(begin).Seconds() / times
			fmt.Printf("%s, %s, forwards and back: %8.3f ms, %8.1f GFLOP/s\n", l.name, precision, 1e3*each, l.work/each/1e9)
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// begun is the time after everything launched so far.
func begun(t *testing.T, p *cuda.Pack) time.Time {
	t.Helper()
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	return time.Now()
}
