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
	"slices"
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
		"modes_strict is higher by 2 on average over 3 paired seeds", "k=5 better on 2, equal on 0, worse on 1 of 3 seeds", "On 1 seed a trial diverged and was scored worst",
		"A trial with k=5 took 1 times the processor time of one with k=1 (46 s against 46 s)", "of worker time and",
		"13 attempts at 12 trials, 1 of which were taken up again; 1600 points were rolled back",
		"Points differed when these trials were replayed",
		"g_loss is NaN at step 700",
		"sweep train --task gaussians -p k=5 -p steps=2000 -p z_dim=16 --seed 1",
		"cpu-go-amd64-fp32", "v1.2.3", "v1.2.2 (commit 0123456789ab)", "<dt>engine version</dt><dd>7</dd>", "linux/amd64 Some CPU", "no data file", "quick.yaml, revision 1",
		"true data", "2 min 17 s",
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
	w.progress.Experiments[0].Name = evil
	for i := range w.attempts {
		a := &w.attempts[i]
		a.Worker, a.Reason, a.Numerics, a.DataDigest = evil, evil, evil, evil
		a.Program = storage.Program{Machine: evil, Version: evil, Commit: evil}
	}
	for i := range w.artifacts {
		w.artifacts[i].Experiment = evil
	}
	for i := range w.trials {
		f := &w.trials[i]
		f.Reason, f.Cell, f.Numerics, f.Experiment, f.State = evil, f.Cell+evil, evil, evil, storage.Diverged
		f.CellValues = []byte(fmt.Sprintf(`{"k": %q}`, fmt.Sprint(i)+evil))
	}
	d := build(t, w)
	page := string(d.HTML)
	for _, f := range d.Figures {
		page += f.Name
		if strings.HasSuffix(f.Name, ".svg") {
			page += string(f.Data)
		}
		if f.Name != filepath.Base(f.Name) || strings.HasPrefix(f.Name, ".") {
			t.Errorf("figure %q is no plain file name", f.Name)
		}
	}
	if strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") || strings.Contains(page, "ZgotmplZ") {
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
	if len(d.Figures) != 0 || !strings.Contains(string(d.HTML), "no seed has both trials done yet") {
		t.Errorf("%d figures of nothing, or no word about it", len(d.Figures))
	}
}

// named finds a figure by its file's name.
func named(t *testing.T, d report.Document, name string) report.Figure {
	t.Helper()
	var names []string
	for _, f := range d.Figures {
		if f.Name == name {
			return f
		}
		names = append(names, f.Name)
	}
	t.Fatalf("no figure %s among %q", name, names)
	return report.Figure{}
}

func TestFiguresAreTheGoldenOnes(t *testing.T) {
	var names []string
	for _, f := range full().Figures {
		names = append(names, f.Name)
		if f.Title == "" || f.Alt == "" || f.Caption == "" {
			t.Errorf("%s has no title, caption or alternative text", f.Name)
		}
		if strings.HasSuffix(f.Name, ".svg") {
			golden(t, f.Name, f.Data)
		}
	}
	want := []string{"forest-ring-modes_strict.svg", "seeds-ring-modes_strict.svg", "coverage-ring-modes_strict.svg", "profile-ring-modes_strict.svg", "curves-ring-modes_strict.svg",
		"strip-ring-z_dim-16.png", "seeds-ring-z_dim-16.png", "strip-ring-z_dim-256.png", "seeds-ring-z_dim-256.png", "curves-ring-high_quality.svg"}
	if !slices.Equal(names, want) {
		t.Errorf("figures %q, want %q", names, want)
	}
}

func TestFiguresShowTheEpochsThatExist(t *testing.T) {
	want := "ring, z_dim=16, seed 1: density and scatter of generated points for k=1, k=5 at epoch 0, epoch 1, epoch 4, beside true data."
	if f := named(t, full(), "strip-ring-z_dim-16.png"); f.Alt != want {
		t.Errorf("alt text %q, want %q", f.Alt, want)
	}
	for _, f := range full().Figures {
		if !strings.HasSuffix(f.Name, ".png") {
			continue
		}
		if _, err := png.Decode(bytes.NewReader(f.Data)); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestSheetBoundsItsSeeds(t *testing.T) {
	w := newWorld("k")
	for seed := int64(1); seed <= 14; seed++ {
		w.fill(w.add(seed, storage.Finished, 3, "k", 1), 1)
	}
	f := named(t, build(t, w), "seeds-ring.png")
	if !strings.Contains(f.Caption, "(the first 10 of 14)") {
		t.Errorf("caption %q does not say what was left out", f.Caption)
	}
	img, err := png.Decode(bytes.NewReader(f.Data))
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
	pictures := 0
	for _, f := range d.Figures {
		if strings.HasSuffix(f.Name, ".png") {
			pictures++
		}
	}
	if pictures != 24 || !strings.Contains(string(d.HTML), "6 more cells have no picture here") {
		t.Errorf("%d pictures of 15 combinations, want a strip and a sheet for 12 and a word on the rest", pictures)
	}
	if !strings.Contains(string(d.HTML), "9 more in the table of ring") {
		t.Error("15 contrasts of k are more than an answer; the page does not count the rest")
	}
}
