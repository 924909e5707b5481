package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// facesPage collects the parts of all layers.
type facesPage struct {
	where         machine
	version, none string // PyTorch's, or why there is none
	all           []*faceResult
}

// runFaces measures and prints every layer; with a page it writes its section.
func runFaces(ctx context.Context, o options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "bench-faces-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	found, err := readPeers(o.peers)
	if err != nil {
		return err
	}
	page := &facesPage{where: here()}
	torch := startPeer(ctx, torchOne, found["torch"], o.scripts+"/torch_faces.py")
	defer func() { err = errors.Join(err, torch.close()) }()
	page.version, page.none = torch.version, torch.none
	if err := page.measure(ctx, torch, filepath.Join(dir, "layer.npz")); err != nil {
		return err
	}
	text := page.String()
	if o.doc != "" {
		if err := writeSection(o.doc, facesBegins, facesEnds, text); err != nil {
			return err
		}
	}
	_, err = fmt.Fprint(out, text)
	return err
}

func (f *facesPage) measure(ctx context.Context, torch *contestant, file string) error {
	p, _ := torch.trainer.(*peer)
	for _, l := range faceLayers() {
		if err := l.record(file); err != nil {
			return err
		}
		rig := newConvRig(l, facesBatch)
		for _, part := range faceParts() {
			r, err := measurePart(ctx, rig, part, p, file)
			if err != nil {
				return err
			}
			f.all = append(f.all, r)
			fmt.Fprintln(os.Stderr, r)
		}
	}
	return nil
}

// String is the section of docs/benchmarks.md and the lines that targets are
// read from.
func (f *facesPage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", f.where.finish())
	if f.none != "" {
		fmt.Fprintf(&b, "* %s: none (%s)\n", torchOne, f.none)
	} else {
		fmt.Fprintf(&b, "* %s: %s; the largest difference of a result, in parts of the largest magnitude, %.1e\n", torchOne, f.version, f.worst(func(r *faceResult) float64 { return r.differ }))
	}
	fmt.Fprintf(&b, "* %s: %s; batch %d, medians of %d rounds of processor time\n\n", oursName, numerics(), facesBatch, facesRounds)
	b.WriteString("| layer | part | sweep ms | PyTorch ms | ratio | GFLOP/s | of FMA peak |\n|---|---|--:|--:|--:|--:|--:|\n")
	for _, r := range f.all {
		fmt.Fprintln(&b, r)
	}
	slowest, total := "none", "none"
	if f.none == "" {
		slowest = spell(f.worst(func(r *faceResult) float64 { return median(r.ratios) }), true)
		total = spell(f.sum(func(r *faceResult) []float64 { return r.ours })/f.sum(func(r *faceResult) []float64 { return r.theirs }), true)
	}
	fmt.Fprintf(&b, "\n```\nfaces_conv_ratio_pytorch %s\nfaces_conv_worst_ratio_pytorch %s\n```\n", total, slowest)
	return b.String()
}

// String is a row of the table.
func (r *faceResult) String() string {
	theirs := "none"
	if len(r.theirs) > 0 {
		theirs = fmt.Sprintf("%.1f", median(r.theirs))
	}
	ours := median(r.ours)
	return fmt.Sprintf("| %s | %s | %.1f | %s | %s | %.0f | %s |", r.layer.name, r.part, ours, theirs, middle(r.ratios), r.layer.flops()/ours/1e6, middle(r.share))
}

func (f *facesPage) worst(of func(*faceResult) float64) (most float64) {
	for _, r := range f.all {
		most = max(most, of(r))
	}
	return most
}

func (f *facesPage) sum(of func(*faceResult) []float64) (total float64) {
	for _, r := range f.all {
		total += median(of(r))
	}
	return total
}

// The marks around the section.
const (
	facesBegins = "<!-- bench-train -faces begins: written by scripts/bench-train -faces -->\n"
	facesEnds   = "<!-- bench-train -faces ends -->\n"
)
