//go:build cudahost && amd64

package host_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"sweep/training/kernels"
	"sweep/training/kernels/cuda"
	"sweep/training/kernels/cuda/host"
	"sweep/training/nets"
)

// pack is two trials with keys and outer steps of their own.
func pack(t *testing.T) (*cuda.Pack, []cuda.Where) {
	t.Helper()
	dev := host.Open(host.Shuffled, false)
	k, err := cuda.NewPack(dev, cuda.FP32, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(k.Close(), dev.Close()); err != nil {
			t.Error(err)
		}
	})
	at := []cuda.Where{{Key: kernels.NewKey(7), Outer: 3}, {Key: kernels.NewKey(-1), Outer: 90}}
	if err := k.SetWhere(at); err != nil {
		t.Fatal(err)
	}
	return k, at
}

// same compares each trial's tensor with what the processor makes.
func same(t *testing.T, k *cuda.Pack, x []float32, want func(z int) []float32) {
	t.Helper()
	for z := range k.Trials() {
		got := make([]float32, len(x))
		if err := k.Read(z, got, x); err != nil {
			t.Fatal(err)
		}
		if w := want(z); !slices.Equal(got, w) {
			t.Errorf("trial %d: %v, want %v", z, got, w)
		}
	}
}

func TestUniformsAreTheProcessors(t *testing.T) {
	k, at := pack(t)
	x := make([]float32, 1031)
	if err := k.Do(func() { k.Uniforms(x, -1, 1, kernels.StreamZ, 5) }); err != nil {
		t.Fatal(err)
	}
	same(t, k, x, func(z int) []float32 {
		want := make([]float32, len(x))
		kernels.Uniforms(want, -1, 1, at[z].Key, kernels.Counter{Stream: kernels.StreamZ, Outer: at[z].Outer, Inner: 5})
		return want
	})
}

// TestABatchIsOfTheRowsThatTheProcessorDraws has more rows than are copied at
// once, and a batch that ends within a block of draws.
func TestABatchIsOfTheRowsThatTheProcessorDraws(t *testing.T) {
	const count, width, batch = 600, 3, 131
	k, at := pack(t)
	var table [256]float32
	for v := range table {
		table[v] = float32(v) - 0.5
	}
	row := func(i int) []byte { return []byte{byte(i), byte(i / 256), byte(3 * i)} }
	rows, err := k.NewRows(count, width, batch, row, table)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, batch*width)
	if err := k.Do(func() { rows.Draw(x, kernels.StreamReal, ^uint32(0)) }); err != nil {
		t.Fatal(err)
	}
	same(t, k, x, func(z int) (want []float32) {
		c := kernels.Counter{Stream: kernels.StreamReal, Outer: at[z].Outer, Inner: ^uint32(0)}
		for i := range batch {
			words := c.Block(at[z].Key, uint32(i/4))
			for _, v := range row(kernels.Index(words[i%4], count)) {
				want = append(want, table[v])
			}
		}
		return want
	})
}

func TestRunningStatisticsAreTheProcessors(t *testing.T) {
	k, _ := pack(t)
	of := nets.NewRunning[float32]("running", 37)
	stats := kernels.NewMatrix[float32](kernels.StatRows, of.Cols)
	r := kernels.NewReference[float32]()
	r.Normals(of.Data, kernels.NewKey(1), kernels.Counter{})
	r.Normals(stats.Data, kernels.NewKey(2), kernels.Counter{})
	if err := k.Do(func() { k.Follow(of.Data, stats.Data, nets.BatchNormDecay) }); err != nil {
		t.Fatal(err)
	}
	of.Update(stats)
	same(t, k, of.Data, func(int) []float32 { return of.Data })
}

func TestAnAverageMovesByEachTrialsOwnPart(t *testing.T) {
	k, _ := pack(t)
	average, x := make([]float32, 301), make([]float32, 301)
	r := kernels.NewReference[float32]()
	r.Normals(average, kernels.NewKey(1), kernels.Counter{})
	r.Normals(x, kernels.NewKey(2), kernels.Counter{})
	parts := []float64{0.3, 1e-4}
	part, words := make([]float32, 2), make([]float32, 0, 4)
	for _, v := range parts {
		words = append(words, math.Float32frombits(uint32(math.Float64bits(v))), math.Float32frombits(uint32(math.Float64bits(v)>>32)))
	}
	if err := k.WriteAll(part, words); err != nil {
		t.Fatal(err)
	}
	if err := k.WriteAll(part, words[:2]); err == nil {
		t.Error("one trial's numbers were taken for two trials'")
	}
	if err := k.Do(func() { k.Average(average, x, part) }); err != nil {
		t.Fatal(err)
	}
	same(t, k, average, func(z int) (want []float32) {
		for i, a := range average {
			want = append(want, a+float32(parts[z]*float64(x[i]-a)))
		}
		return want
	})
}
