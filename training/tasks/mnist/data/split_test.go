package data_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sweep/training/kernels"
	"sweep/training/tasks/mnist/data"
)

// split makes a split of the test's own set, with the source's validation size.
func split(t *testing.T, labels []uint8, labelled int, seed int64) data.Split {
	t.Helper()
	s, err := data.NewSplit(labels, labelled, data.ValidationSize(len(labels)), kernels.NewKey(seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASplitIsTheSourcesSplit(t *testing.T) {
	labels := digits(t).Train.Labels
	n := len(labels)
	for _, labelled := range []int{10, 20, 50, 100, 200, n - data.ValidationSize(n)} {
		for _, seed := range []int64{0, 1, 20170129, 1<<62 + 5} {
			s := split(t, labels, labelled, seed)
			if len(s.Labelled) != labelled || len(s.Validation) != n/6 || len(s.Unlabelled) != n-n/6-labelled {
				t.Fatalf("labels %d: %d, %d and %d images", labelled, len(s.Labelled), len(s.Unlabelled), len(s.Validation))
			}
			all := slices.Concat(s.Labelled, s.Unlabelled, s.Validation)
			slices.Sort(all)
			for i, v := range all {
				if v != int32(i) {
					t.Fatalf("labels %d, seed %d: image %d is in no part or in two", labelled, seed, i)
				}
			}
			var perClass [data.Classes]int
			for _, i := range s.Labelled {
				perClass[labels[i]]++
			}
			if slices.Max(perClass[:]) != labelled/10 || slices.Min(perClass[:]) != labelled/10 {
				t.Errorf("labels %d: %v of each class", labelled, perClass)
			}
		}
	}
}

func TestOneSeedHasOneSplitAndNestedLabels(t *testing.T) {
	labels := digits(t).Train.Labels
	few, again, other, more := split(t, labels, 10, 7), split(t, labels, 10, 7), split(t, labels, 10, 8), split(t, labels, 100, 7)
	if fmt.Sprint(few) != fmt.Sprint(again) {
		t.Error("one seed has two splits")
	}
	if slices.Equal(few.Labelled, other.Labelled) || slices.Equal(few.Validation, other.Validation) {
		t.Error("two seeds share a split")
	}
	for _, i := range few.Labelled {
		if !slices.Contains(more.Labelled, i) {
			t.Errorf("image %d is labelled at 10 labels and not at 100", i)
		}
	}
	if !slices.Equal(few.Validation, more.Validation) {
		t.Error("the validation images depend on the number of labels")
	}
}

// The first images drawn are those that a hand-made walk of the shuffle takes.
func TestTheWalkTakesImagesInTheShufflesOrder(t *testing.T) {
	labels := make([]uint8, 120)
	for i := range labels {
		labels[i] = uint8(i % 10)
	}
	order := make([]int32, len(labels))
	data.Shuffle(order, kernels.NewKey(3), kernels.Counter{Stream: kernels.StreamSplit})
	s := split(t, labels, 20, 3)
	rest := slices.DeleteFunc(slices.Clone(order), func(i int32) bool { return slices.Contains(s.Labelled, i) })
	if !slices.Equal(rest, append(slices.Clone(s.Unlabelled), s.Validation...)) {
		t.Error("the images that are not labelled are not in the shuffle's order")
	}
	for class := range uint8(10) {
		var drawn []int32
		for _, i := range order {
			if labels[i] == class && len(drawn) < 2 {
				drawn = append(drawn, i)
			}
		}
		for _, i := range drawn {
			if !slices.Contains(s.Labelled, i) {
				t.Errorf("image %d is among the first two of class %d and not labelled", i, class)
			}
		}
	}
}

func TestSplitsThatCannotBeAreRefused(t *testing.T) {
	lopsided := make([]uint8, 100)
	for i := range lopsided {
		lopsided[i] = uint8(min(i%20, 9))
	}
	for _, c := range []struct {
		labelled, validation int
		want                 string
	}{
		{0, 10, "labels 0: expected a multiple of 10 from 10 to 90 (of 100 images 10 are for validation)"},
		{15, 10, "labels 15: expected a multiple of 10"},
		{100, 10, "labels 100: expected a multiple of 10 from 10 to 90"},
		{10, 0, "labels 10: expected"},
		{-10, 10, "labels -10: expected"},
		{60, 10, "labels 60: there are only 5 images of the digit 0"},
	} {
		if _, err := data.NewSplit(lopsided, c.labelled, c.validation, kernels.NewKey(1)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%d and %d: %v, want %s", c.labelled, c.validation, err, c.want)
		}
	}
}

// A split that changes makes every stored trial another one: whoever changes it
// raises training.EngineVersion and this digest.
func TestTheSplitOfASeedIsPinned(t *testing.T) {
	labels := make([]uint8, 60000)
	for i := range labels {
		labels[i] = uint8(i % 10)
	}
	s := split(t, labels, 100, 1)
	sum := sha256.New()
	for _, i := range slices.Concat(s.Labelled, s.Unlabelled, s.Validation) {
		sum.Write(binary.LittleEndian.AppendUint32(nil, uint32(i)))
	}
	const want = "3a0e59ea3112f02b17d48ce5210854567daf9f6a2fd989b90e507fd448cc13bc"
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != want {
		t.Errorf("sha256 of the indices is %s", got)
	}
}
