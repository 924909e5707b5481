package report_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"sweep/report"
	"sweep/storage"
)

func build(t *testing.T, w *world) report.Document {
	t.Helper()
	d, err := report.Build(context.Background(), w, w, "quick", report.Meta{Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// full is the document of fullWorld, drawn once: pictures take their time under
// the race detector.
var full = sync.OnceValue(func() report.Document {
	w := fullWorld()
	d, err := report.Build(context.Background(), w, w, "quick", report.Meta{Version: "v1.2.3"})
	if err != nil {
		panic(err)
	}
	return d
})

// pair is a world of two trials.
func pair() *world {
	w := newWorld("k")
	for _, k := range []int{1, 5} {
		w.fill(w.add(1, storage.Finished, float64(k), "k", k), k)
		w.attempts = append(w.attempts, storage.Attempt{TrialID: w.trials[len(w.trials)-1].ID, Fence: 1, Outcome: "lost"}, storage.Attempt{TrialID: w.trials[len(w.trials)-1].ID, Fence: 2})
	}
	return w
}

func TestPageIsTheGoldenOne(t *testing.T) {
	page := full().HTML
	golden(t, "page.html", regexp.MustCompile(`base64,[^"]+`).ReplaceAll(page, []byte("base64,")))
}

func TestPageIsTheSameTwice(t *testing.T) {
	a, b := build(t, pair()), build(t, pair())
	if !bytes.Equal(a.HTML, b.HTML) {
		t.Error("two pages of one sweep differ")
	}
}

func TestPageTellsWhatHappened(t *testing.T) {
	page := string(full().HTML)
	for _, want := range []string{
		"12 trials: 10 finished, 1 diverged, 1 not yet",
		"ring: too few seeds to tell k=5 from k=1 at z_dim=256: modes_strict &#43;2 on average (95 % interval -2 to 4)",
		"3 pairs: 2 better, 0 equal, 1 worse; 1 pair with a diverged trial, scored worst",
		"13 attempts at 12 trials, 1 of which were taken up again; 1600 points were rolled back",
		"Points differed when these trials were replayed",
		"g_loss is NaN at step 700",
		"sweep train --task gaussians -p k=5 -p steps=2000 -p z_dim=16 --seed 1",
		"cpu-go-amd64-fp32", "v1.2.3", "<dt>engine version</dt><dd>1</dd>", "quick.yaml, revision 1",
		"true data", "sign-flip test can give a two-sided p below 0.25",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "/home/me") {
		t.Error("the page names a folder of the user's machine")
	}
}

func TestPageStandsAlone(t *testing.T) {
	page := string(full().HTML)
	for _, never := range []string{"<script", "http://", "https://", "<link", "@import", "url(", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("the page contains %q", never)
		}
	}
}

func TestPageEscapesHostileNames(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	w := pair()
	w.progress.File, w.progress.Text = evil, []byte(evil)
	w.attempts[1].Worker, w.attempts[1].Reason = evil, evil
	for i := range w.trials {
		w.trials[i].Reason, w.trials[i].Cell, w.trials[i].Numerics = evil, w.trials[i].Cell+evil, evil
	}
	page := string(build(t, w).HTML)
	if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") {
		t.Error("a hostile name reached the page unescaped, or not at all")
	}
}

func TestPageShowsUnreadableSamples(t *testing.T) {
	for name, spoil := range map[string]func(*world, string){
		"missing": func(w *world, key string) { delete(w.objects, key) },
		"damaged": func(w *world, key string) { w.objects[key] = w.objects[key][:100] },
	} {
		t.Run(name, func(t *testing.T) {
			w := pair()
			spoil(w, w.artifacts[0].Key)
			page := string(build(t, w).HTML)
			if !strings.Contains(page, "Objects that could not be read") || !strings.Contains(page, "ring k=1 seed 1 step 0") {
				t.Error("the page does not name the samples that could not be read")
			}
		})
	}
}

func TestBuildStopsWhenTheStoreIsAway(t *testing.T) {
	w := fullWorld()
	w.getErr = errors.New("connection refused")
	if _, err := report.Build(context.Background(), w, w, "quick", report.Meta{}); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v, want the store's error", err)
	}
}

func TestBuildOfAnUnknownSweepIsNotFound(t *testing.T) {
	w := fullWorld()
	if _, err := report.Build(context.Background(), w, w, "quikc", report.Meta{}); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestPageOfASweepThatHasNotBegun(t *testing.T) {
	w := newWorld("k")
	w.add(1, storage.Pending, math.NaN(), "k", 1)
	w.add(1, storage.Pending, math.NaN(), "k", 5)
	d := build(t, w)
	if len(d.Figures) != 0 || !strings.Contains(string(d.HTML), "no pair of finished trials to compare") {
		t.Errorf("%d figures of nothing, or no word about it", len(d.Figures))
	}
}

func TestFiguresShowTheEpochsThatExist(t *testing.T) {
	d := full()
	if len(d.Figures) != 4 {
		t.Fatalf("%d figures, want a strip and a sheet for each z_dim", len(d.Figures))
	}
	f := d.Figures[0]
	if f.Name != "strip-ring-z_dim-16.png" {
		t.Errorf("first figure is %s", f.Name)
	}
	want := "ring, z_dim=16, seed 1: density and scatter of generated points for k=1, k=5 at epoch 0, epoch 1, epoch 4, beside true data."
	if f.Alt != want {
		t.Errorf("alt text %q, want %q", f.Alt, want)
	}
	for _, f := range d.Figures {
		if _, err := png.Decode(bytes.NewReader(f.PNG)); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestSheetBoundsItsSeeds(t *testing.T) {
	w := newWorld("k")
	for seed := int64(1); seed <= 14; seed++ {
		w.fill(w.add(seed, storage.Finished, 3, "k", 1), 1)
	}
	f := build(t, w).Figures[1]
	if !strings.Contains(f.Caption, "(the first 10 of 14)") {
		t.Errorf("caption %q does not say what was left out", f.Caption)
	}
	img, err := png.Decode(bytes.NewReader(f.PNG))
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w > 1500 {
		t.Errorf("the sheet is %d pixels wide", w)
	}
}

func TestStripIsTheGoldenOne(t *testing.T) {
	s := report.Strip{Title: "ring, z_dim=256, seed 1", Limit: 4, Density: true, Truth: true, Panel: 120}
	a := report.StripRow{Label: "k=1", Truth: ring(9, 4000, 8, 0.04), Notes: []string{"", "not yet"}, Cells: [][]report.Point{ring(1, 3000, 1, 0.1), nil}}
	b := report.StripRow{Label: "k=5 rollback=restore", Truth: a.Truth, Notes: []string{"", ""}, Cells: [][]report.Point{ring(2, 3000, 8, 2.5), ring(3, 3000, 7, 0.06)}}
	for _, e := range []int{0, 1} {
		s.Columns = append(s.Columns, fmt.Sprintf("epoch %d", e))
	}
	s.Rows = []report.StripRow{a, b}
	got, err := s.PNG()
	if err != nil {
		t.Fatal(err)
	}
	samePicture(t, "strip.png", got)
}

// samePicture compares decoded pixels: other processors round the last bits of
// a density otherwise.
func samePicture(t *testing.T, name string, data []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	got, want := pixels(t, data), pixels(t, stored)
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s is %v, want %v", name, got.Bounds(), want.Bounds())
	}
	worst := 0
	for i := range got.Pix {
		worst = max(worst, int(math.Abs(float64(got.Pix[i])-float64(want.Pix[i]))))
	}
	if worst > 12 {
		t.Errorf("%s differs from the golden picture by up to %d of 255", name, worst)
	}
}

func pixels(t *testing.T, data []byte) *image.RGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

func TestPageBoundsWhatItDraws(t *testing.T) {
	w := newWorld("k", "z_dim")
	for z := 1; z <= 15; z++ {
		for _, k := range []int{1, 5} {
			f := w.add(1, storage.Finished, 3, "k", k, "z_dim", z)
			w.store(f, "samples", 2000, ring(1, 20, 8, 0.04))
		}
	}
	d := build(t, w)
	if len(d.Figures) != 24 || !strings.Contains(string(d.HTML), "3 more combinations have no figure here") {
		t.Errorf("%d figures of 15 combinations, want a strip and a sheet for 12 and a word on the rest", len(d.Figures))
	}
	if !strings.Contains(string(d.HTML), "19 more in the tables below") {
		t.Error("15 contrasts of k and 28 of z_dim are more than an answer; the page does not count the rest")
	}
}
