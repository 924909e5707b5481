package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
)

// convLayer is a layer of the source's 96×96 models (experiments.md §1.3): the
// convolution from the larger image to the smaller, one way or the other.
type convLayer struct {
	name       string
	transposed bool
	kernels.Conv
}

func faceLayers() []convLayer {
	down := func(name string, channels, side, filters int) convLayer {
		return convLayer{name, false, kernels.Conv{Channels: channels, Height: side, Width: side, Filters: filters, Size: 4, Pad: 1, Stride: 2}}
	}
	up := func(name string, filters, side, channels, pad int) convLayer {
		return convLayer{name, true, kernels.Conv{Channels: channels, Height: side, Width: side, Filters: filters, Size: 4, Pad: pad, Stride: 2}}
	}
	return []convLayer{
		down("D 3×96² → 32×48²", 3, 96, 32), down("D 32×48² → 64×24²", 32, 48, 64),
		down("D 64×24² → 128×12²", 64, 24, 128), down("D 128×12² → 256×6²", 128, 12, 256),
		up("G 512×11² → 256×24²", 512, 24, 256, 0), up("G 256×24² → 128×48²", 256, 48, 128, 1), up("G 128×48² → 3×96²", 128, 96, 3, 1),
	}
}

// What is measured of a layer; the weights' gradient has the bias's with it.
const (
	partForward = "forward"
	partInput   = "input"
	partWeights = "weights"
)

func faceParts() []string { return []string{partForward, partInput, partWeights} }

// How a layer is measured.
const (
	facesBatch   = 128
	facesChecked = 4 // images whose results are compared
	facesRounds  = 7
	facesTurn    = 40 * time.Millisecond
)

func (l convLayer) flops() float64 {
	return 2 * facesBatch * float64(l.Places()) * float64(l.FanIn()) * float64(l.Filters)
}

// convRig is a layer's operands: the input, weights, bias and output of a batch,
// and the gradients.
type convRig struct {
	convLayer
	be                        kernels.Backend[float32]
	x, w, b, y, g, dx, dw, db matrix
}

type matrix = kernels.Matrix[float32]

func newConvRig(l convLayer, batch int) *convRig {
	r := &convRig{convLayer: l, be: cpu.New()}
	into, outof, biases := l.In(), l.Out(), l.Filters
	if l.transposed {
		into, outof, biases = l.Out(), l.In(), l.Channels
	}
	for i, m := range []*matrix{&r.x, &r.dx, &r.y, &r.g, &r.w, &r.dw, &r.b, &r.db} {
		rows, cols := [4]int{batch, batch, l.FanIn(), 1}[i/2], [4]int{into, outof, l.Filters, biases}[i/2]
		*m = kernels.NewMatrix[float32](rows, cols)
		r.be.Normals(m.Data, kernels.NewKey(int64(i)), kernels.Counter{})
	}
	return r
}

func (r *convRig) do(part string) {
	switch {
	case part == partForward && r.transposed:
		r.be.ConvTranspose(r.y, r.x, r.w, r.b, r.Conv)
	case part == partForward:
		r.be.Conv(r.y, r.x, r.w, r.b, r.Conv)
	case part == partInput && r.transposed:
		r.be.Conv(r.dx, r.g, r.w, matrix{}, r.Conv)
	case part == partInput:
		r.be.ConvGradInput(r.dx, r.w, r.g, r.Conv)
	case r.transposed:
		r.be.ConvGradWeight(r.dw, r.g, r.x, r.Conv)
		r.be.ChannelSum(r.db, r.g)
	default:
		r.be.ConvGradWeight(r.dw, r.x, r.g, r.Conv)
		r.be.ConvGradBias(r.db, r.g, r.Conv)
	}
}

// record computes a few images and writes what went in and came out.
func (l convLayer) record(path string) error {
	r := newConvRig(l, facesChecked)
	for _, part := range faceParts() {
		r.do(part)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, m := range map[string]matrix{"x": r.x, "w": r.w, "b": r.b, "g": r.g, "y": r.y, "dx": r.dx, "dw": r.dw, "db": r.db} {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store}) // a bytes.Buffer does not fail
		_, _ = w.Write(array{[]int{m.Rows, m.Cols}, m.Data}.npy())
	}
	_ = z.Close()
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// openLayer gives a peer a layer's part, and what its results differ by.
func (p *peer) openLayer(l convLayer, part, file string) (float64, error) {
	turned := 0
	if l.transposed {
		turned = 1
	}
	r, err := p.ask(map[string]any{"op": "layer", "batch": facesBatch, "part": part, "file": file,
		"shape": []int{turned, l.Channels, l.Height, l.Width, l.Filters, l.Size, l.Pad, l.Stride}})
	return r.Differ, err
}

// faceResult is what a part of a layer took, round by round.
type faceResult struct {
	layer         convLayer
	part          string
	differ        float64
	ours, theirs  []float64 // processor ms
	ratios, share []float64 // ours by theirs; of the FMA peak
}

var errFacesDiffer = errors.New("a peer's layer differs from ours: it was not measured there")

// measurePart takes turns; without a peer only ours are measured.
func measurePart(ctx context.Context, r *convRig, part string, p *peer, file string) (*faceResult, error) {
	out := &faceResult{layer: r.convLayer, part: part}
	if p != nil {
		var err error
		if out.differ, err = p.openLayer(r.convLayer, part, file); err != nil {
			return nil, err
		}
		if !(out.differ <= tolerance) {
			return out, fmt.Errorf("%s, %s: %g: %w", r.name, part, out.differ, errFacesDiffer)
		}
	}
	took, err := timed(1, func() error { r.do(part); return nil })
	if err != nil {
		return nil, err
	}
	turns := max(1, int(facesTurn/max(took, time.Microsecond)))
	if p != nil {
		if _, err := p.run(turns); err != nil {
			return nil, err
		}
	}
	for range facesRounds {
		if err := errors.Join(ctx.Err(), out.round(r, p, turns)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// round is a turn of the core's peak, of ours and of PyTorch's.
func (f *faceResult) round(r *convRig, p *peer, turns int) error {
	ours, err := timed(turns, func() error { r.do(f.part); return nil })
	if err != nil {
		return err
	}
	f.ours = append(f.ours, ours.Seconds()*1e3)
	if cpu.PeakFlops > 0 {
		const n = 1000000
		peak, err := timed(1, func() error { cpu.Peak(n); return nil })
		if err != nil {
			return err
		}
		f.share = append(f.share, r.flops()/ours.Seconds()/(n*float64(cpu.PeakFlops)/peak.Seconds()))
	}
	if p == nil {
		return nil
	}
	theirs, err := p.run(turns)
	if err != nil {
		return err
	}
	f.theirs, f.ratios = append(f.theirs, theirs.Seconds()*1e3), append(f.ratios, float64(ours)/float64(max(theirs, time.Microsecond)))
	return nil
}
