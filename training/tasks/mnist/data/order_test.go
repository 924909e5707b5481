package data_test

import (
	"math"
	"slices"
	"testing"

	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

func order(n int, seed int64, epoch uint32) []int32 {
	out := make([]int32, n)
	data.Order(out, kernels.NewKey(seed), epoch)
	return out
}

func TestAnEpochVisitsEveryImageOnce(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100, 60000} {
		got := order(n, 1, 3)
		if again := order(n, 1, 3); !slices.Equal(got, again) {
			t.Errorf("%d images: one epoch has two orders", n)
		}
		if n > 10 && (slices.Equal(got, order(n, 1, 4)) || slices.Equal(got, order(n, 2, 3))) {
			t.Errorf("%d images: two epochs or seeds share an order", n)
		}
		slices.Sort(got)
		for i, v := range got {
			if v != int32(i) {
				t.Fatalf("%d images: %d comes not once", n, i)
			}
		}
	}
}

// Each image comes equally often at each place: 12,000 orders of 6, χ² of the
// 36 counts with 25 degrees of freedom, whose 1−10⁻⁶ quantile is 76.
func TestOrdersAreUniform(t *testing.T) {
	const orders, n = 12000, 6
	var at [n][n]float64
	for epoch := range uint32(orders) {
		for place, i := range order(n, 5, epoch) {
			at[place][i]++
		}
	}
	sum := 0.0
	for _, row := range at {
		for _, got := range row {
			sum += (got - orders/n) * (got - orders/n) / (orders / n)
		}
	}
	if sum > 76 {
		t.Errorf("χ² is %.0f: %v", sum, at)
	}
}

func draw(size int, pool []int32, step uint32) []int32 {
	out := make([]int32, size)
	data.Draw(out, pool, kernels.NewKey(9), kernels.Counter{Stream: kernels.StreamReal, Outer: step})
	return out
}

func TestABatchHoldsImagesOfThePoolOnceEach(t *testing.T) {
	pool := order(5000, 2, 0)[:1000]
	seen := map[int32]int{}
	for step := range uint32(500) {
		batch := draw(100, pool, step)
		if !slices.Equal(batch, draw(100, pool, step)) {
			t.Fatal("one step has two batches")
		}
		for _, i := range batch {
			seen[i]++
		}
		slices.Sort(batch)
		if len(slices.Compact(batch)) != 100 {
			t.Fatalf("step %d: an image comes twice", step)
		}
	}
	// Each image comes 50 times, sd 6.7.
	for _, i := range pool {
		if n := seen[i]; math.Abs(float64(n)-50) > 6*6.7 {
			t.Errorf("image %d came %d times", i, n)
		}
		delete(seen, i)
	}
	if len(seen) > 0 {
		t.Errorf("%d images are not of the pool", len(seen))
	}
}

func TestABatchAsLargeAsItsPoolIsThePool(t *testing.T) {
	pool := []int32{5, 3, 9}
	if got := draw(3, pool, 1); !slices.Equal(got, pool) {
		t.Errorf("got %v", got)
	}
}

func TestPixelsAreScaledAsTheSourceDoes(t *testing.T) {
	for name, c := range map[string]struct {
		scale          *data.Scale
		low, mid, high float32
	}{
		"signed": {data.Signed(), -1, float32(2*51.0/255 - 1), 1},
		"unit":   {data.Unit(), 0, float32(51.0 / 255), 1},
	} {
		if s := c.scale; s[0] != c.low || s[51] != c.mid || s[255] != c.high {
			t.Errorf("%s: %v, %v, %v", name, s[0], s[51], s[255])
		}
	}
}

func TestABatchIsFilledWithoutAllocation(t *testing.T) {
	p := digits(t).Train
	pool, batch := order(p.Len(), 1, 0), make([]int32, 100)
	pixels, classes, scale := make([]float32, 100*data.Pixels), make([]uint8, 100), data.Signed()
	step := uint32(0)
	allocs := testing.AllocsPerRun(20, func() {
		step++
		data.Draw(batch, pool, kernels.NewKey(1), kernels.Counter{Stream: kernels.StreamReal, Outer: step})
		p.Fill(pixels, scale, batch)
		p.Classes(classes, batch)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	for row, i := range batch {
		if classes[row] != p.Labels[i] {
			t.Fatalf("row %d is a %d, expected %d", row, classes[row], p.Labels[i])
		}
		for x, v := range p.Images[int(i)*data.Pixels : (int(i)+1)*data.Pixels] {
			if pixels[row*data.Pixels+x] != scale[v] {
				t.Fatalf("row %d, pixel %d is %v", row, x, pixels[row*data.Pixels+x])
			}
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	pool, batch := order(50000, 1, 0), make([]int32, 100)
	step := uint32(0)
	for b.Loop() {
		step++
		data.Draw(batch, pool, kernels.NewKey(1), kernels.Counter{Stream: kernels.StreamReal, Outer: step})
	}
}

func BenchmarkOrder(b *testing.B) {
	out := make([]int32, 50000)
	epoch := uint32(0)
	for b.Loop() {
		epoch++
		data.Order(out, kernels.NewKey(1), epoch)
	}
}

func BenchmarkFill(b *testing.B) {
	p := digits(b).Train
	batch, pixels, scale := order(p.Len(), 1, 0)[:100], make([]float32, 100*data.Pixels), data.Signed()
	b.SetBytes(int64(4 * len(pixels)))
	for b.Loop() {
		p.Fill(pixels, scale, batch)
	}
}
