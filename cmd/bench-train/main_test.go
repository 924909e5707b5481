package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	small = spec{k: 2, z: 8, batch: 16}
	quick = pace{rounds: 2, turn: time.Millisecond}
)

func TestGorgoniasOwnMachineTrainsTheSameModel(t *testing.T) {
	for _, s := range []spec{small, {k: 1, z: 16, batch: 100}, headline(5)} {
		stock := &contestant{name: "stock", trainer: &stockRing{}, truncated: true}
		r, err := measure(context.Background(), []*contestant{{name: oursName, trainer: &ours{}}, stock}, s, quick, t.TempDir())
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if worst := r.worst(); !(worst > 0 && worst <= tolerance) {
			t.Errorf("%s: the losses differ by %g", s, worst)
		}
		if ratio, ok := r.ratio("stock"); !ok || !(ratio > 0) {
			t.Errorf("%s: ratio %v, %v", s, ratio, ok)
		}
		if err := stock.close(); err != nil {
			t.Error(err)
		}
	}
}

// stray trains as we do and gives wrong losses, for so many checks.
type stray struct {
	ours
	by    float64
	times int
}

func (s *stray) check() ([]losses, error) {
	all, err := s.ours.check()
	if s.times--; s.times >= 0 {
		all[checked-1][1] += s.by
	}
	return all, err
}

func TestAModelWithOtherLossesIsNotCompared(t *testing.T) {
	for _, c := range []struct {
		by      float64
		times   int
		refused bool
	}{
		{0, seeds, false}, {5e-5, seeds, false}, {-5e-5, seeds, false},
		{2e-4, seeds, true}, {-2e-4, seeds, true}, {math.NaN(), seeds, true},
		{2e-4, seeds - 1, false},
	} {
		all := []*contestant{{name: oursName, trainer: &ours{}}, {name: "stray", trainer: &stray{by: c.by, times: c.times}}}
		r, err := measure(context.Background(), all, small, quick, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		_, compared := r.ratio("stray")
		err = (&page{all: all, cases: []*result{r}}).refused()
		if compared == c.refused || errors.Is(err, errDiffers) != c.refused {
			t.Errorf("a loss that is %g away %d times: compared %v, %v", c.by, c.times, compared, err)
		}
	}
}

// broken cannot train.
type broken struct{ ours }

func (*broken) open(spec, *data) error { return errors.New("out of order") }

func TestAPeerThatFailsIsNoneAndSaysWhy(t *testing.T) {
	all := []*contestant{{name: oursName, trainer: &ours{}}, {name: torchOne, trainer: &broken{}}, {name: jaxOne, none: "not installed"}}
	p := &page{where: here(), all: all}
	for _, k := range []int{1, 5} {
		r, err := measure(context.Background(), all, headline(k), quick, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		p.add(r)
	}
	for _, want := range []string{"PyTorch eager: none (out of order)", "JAX jit: none (not installed)", numerics()} {
		all[0].version = numerics()
		if !strings.Contains(p.String(), want) {
			t.Errorf("the page does not say %q:\n%s", want, p)
		}
	}
	if got := p.last(); !strings.HasPrefix(got, "ring_k5_ratio_pytorch none\nring_k5_ratio_jax none\nring_k5_over_k1 ") {
		t.Errorf("last lines:\n%s", got)
	}
}

func TestRatiosAreMediansOverRounds(t *testing.T) {
	k1 := &result{spec: headline(1), micros: map[string][]float64{oursName: {40, 50, 60}}}
	k5 := &result{spec: headline(5), micros: map[string][]float64{
		oursName: {100, 110, 400}, torchOne: {1000, 1000, 1000}, jaxOne: {200, 200, 100}}}
	p := &page{cases: []*result{k1, k5}}
	if got, want := p.last(), "ring_k5_ratio_pytorch 0.110\nring_k5_ratio_jax 0.550\nring_k5_over_k1 2.200\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAFileOfNumpysHasItsHeader(t *testing.T) {
	a := newArray(2, 3)
	a.row(1)[2] = 7
	b := a.npy()
	size := int(binary.LittleEndian.Uint16(b[8:]))
	if string(b[:8]) != "\x93NUMPY\x01\x00" || (10+size)%64 != 0 || b[9+size] != '\n' {
		t.Errorf("bad frame: %q", b[:10+size])
	}
	if header := string(b[10 : 10+size]); !strings.HasPrefix(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }") {
		t.Errorf("header %q", header)
	}
	if body := b[10+size:]; len(body) != 24 || math.Float32frombits(binary.LittleEndian.Uint32(body[20:])) != 7 {
		t.Errorf("body %v", body)
	}
}

func TestThePageKeepsWhatIsAroundItsSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(path, []byte("above\n"+begins+"old\n"+ends+"below\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &page{cases: []*result{{spec: headline(1), micros: map[string][]float64{oursName: {1}}}, {spec: headline(5), micros: map[string][]float64{oursName: {2}}}}}
	for range 2 {
		if err := p.write(path); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	if !strings.HasPrefix(got, "above\n"+begins) || !strings.HasSuffix(got, ends+"below\n") || strings.Contains(got, "old") {
		t.Errorf("got\n%s", got)
	}
	if !strings.Contains(got, "ring_k5_over_k1 2.000") {
		t.Errorf("the figures are missing:\n%s", got)
	}
}

func TestThePeersListIsReadWithItsReasons(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peers")
	if err := os.WriteFile(path, []byte("torch\t/usr/bin/python3\t\njax\tnone\tERROR: no such version\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := readPeers(path)
	if err != nil {
		t.Fatal(err)
	}
	if found["torch"] != (place{python: "/usr/bin/python3"}) || found["jax"] != (place{none: "ERROR: no such version"}) {
		t.Errorf("found %v", found)
	}
	if c := startPeer(context.Background(), "x", place{python: filepath.Join(t.TempDir(), "absent")}); c.none == "" {
		t.Error("a program that is not there started")
	}
}
