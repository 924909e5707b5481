package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sweep/training"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/mnist"
	digits "sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// mnistCase is one step of the source's semi-supervised discriminator at 100
// labels: 100 labelled, 100 unlabelled and 100 generated images.
type mnistCase struct {
	step *mnist.DiscriminatorStep
	at   uint32
}

func newMNIST() (*mnistCase, error) {
	cfg, err := training.NewConfig("mnist-ssl", nil, 1)
	if err != nil {
		return nil, err
	}
	files := lookalike.Files(6000, 100, 1)
	part := func(name string) digits.Part {
		return digits.Part{Images: digits.Payload(files[name+"-images-idx3-ubyte"], true), Labels: digits.Payload(files[name+"-labels-idx1-ubyte"], false)}
	}
	step, err := mnist.NewDiscriminatorStep(cfg, &digits.Set{Train: part("train"), Test: part("t10k")}, cpu.New())
	return &mnistCase{step: step}, err
}

func (m *mnistCase) next() float64 {
	m.at++
	return m.step.Step(m.at)
}

// record trains the checked steps, and writes what they began from and saw.
func (m *mnistCase) record(path string) (all []float64, err error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, rows, cols int, values []float32) {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store}) // a bytes.Buffer does not fail
		_, _ = w.Write(array{[]int{rows, cols}, values}.npy())
	}
	for i, p := range m.step.Params() {
		put(fmt.Sprintf("d%d%s", i/2, []string{"w", "b"}[i%2]), p.Rows, p.Cols, p.Data)
	}
	for s := range mnistChecked {
		all = append(all, m.next())
		x, labels, noise := m.step.Batch()
		put(fmt.Sprintf("x.%d", s), x.Rows, x.Cols, x.Data)
		put(fmt.Sprintf("labels.%d", s), labels.Rows, labels.Cols, labels.Data)
		for i, n := range noise {
			put(fmt.Sprintf("noise%d.%d", i, s), n.Rows, n.Cols, n.Data)
		}
	}
	_ = z.Close()
	return all, os.WriteFile(path, b.Bytes(), 0o600)
}

// How the step is measured: rounds of turns, after steps whose losses are
// compared.
const (
	mnistChecked = 5
	mnistRounds  = 9
	mnistTurn    = 8 // steps
)

// mnistResult is what each round gave.
type mnistResult struct {
	version, none string // PyTorch's, or why there is none
	differ        float64
	millis        []float64 // ours, processor time of a step
	share, ratio  []float64 // of the FMA peak; ours divided by PyTorch's
}

// runMNIST measures and prints the step; with a page it writes its section.
func runMNIST(ctx context.Context, o options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "bench-mnist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	found, err := readPeers(o.peers)
	if err != nil {
		return err
	}
	where := here()
	torch := startPeer(ctx, torchOne, found["torch"], o.scripts+"/torch_mnist.py")
	defer func() { err = errors.Join(err, torch.close()) }()
	r, err := measureMNIST(ctx, torch, filepath.Join(dir, "mnist.npz"))
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n\n%s", where.finish(), r)
	if o.doc != "" {
		if err := writeSection(o.doc, mnistBegins, mnistEnds, text); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprint(out, text); err != nil {
		return err
	}
	if r.none == "" && !(r.differ <= tolerance) {
		return fmt.Errorf("mnist: %s: %w", torchOne, errDiffers)
	}
	return nil
}

func measureMNIST(ctx context.Context, torch *contestant, path string) (*mnistResult, error) {
	m, err := newMNIST()
	if err != nil {
		return nil, err
	}
	truth, err := m.record(path)
	if err != nil {
		return nil, err
	}
	r := &mnistResult{version: torch.version, none: torch.none}
	var p *peer
	if torch.none == "" {
		p = torch.trainer.(*peer)
		if r.differ, err = p.compareMNIST(path, truth); err != nil {
			r.none = err.Error()
		}
	}
	for range mnistRounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := r.round(m, p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// compareMNIST trains the recorded steps and gives the largest difference of a
// loss.
func (p *peer) compareMNIST(path string, truth []float64) (most float64, err error) {
	if _, err := p.ask(map[string]any{"op": "open", "k": 1, "z": 50, "batch": 100, "full": false, "file": path}); err != nil {
		return 0, err
	}
	got, err := p.check()
	if err != nil {
		return 0, err
	}
	if len(got) != len(truth) {
		return math.NaN(), nil
	}
	for i, want := range truth {
		if d := math.Abs(got[i][0] - want); !(d <= most) {
			most = d
		}
	}
	return most, nil
}

// round is a turn of the core's peak, of ours and of PyTorch's.
func (r *mnistResult) round(m *mnistCase, p *peer) error {
	ours, err := timed(mnistTurn, func() error { m.next(); return nil })
	if err != nil {
		return err
	}
	r.millis = append(r.millis, ours.Seconds()*1e3)
	if cpu.PeakFlops > 0 {
		const turns = 2000000
		peak, err := timed(1, func() error { cpu.Peak(turns); return nil })
		if err != nil {
			return err
		}
		r.share = append(r.share, m.step.Flops()/ours.Seconds()/(turns*float64(cpu.PeakFlops)/peak.Seconds()))
	}
	if p == nil || r.none != "" || !(r.differ <= tolerance) {
		return nil
	}
	theirs, err := p.run(mnistTurn)
	if err != nil {
		return err
	}
	r.ratio = append(r.ratio, float64(ours)/float64(max(theirs, time.Microsecond)))
	return nil
}

// String is the section of docs/benchmarks.md and the lines that targets are
// read from.
func (r *mnistResult) String() string {
	var b strings.Builder
	switch {
	case r.none != "":
		fmt.Fprintf(&b, "* %s: none (%s)\n", torchOne, r.none)
	default:
		fmt.Fprintf(&b, "* %s: %s; the largest difference of a loss in %d steps %.1e\n", torchOne, r.version, mnistChecked, r.differ)
	}
	fmt.Fprintf(&b, "* %s: %s; %.1f ms of processor time a step, median of %d rounds of %d steps\n\n```\n", oursName, numerics(), median(r.millis), mnistRounds, mnistTurn)
	fmt.Fprintf(&b, "mnist_d_step_fma_share %s\nmnist_d_step_ratio_pytorch %s\n```\n", middle(r.share), middle(r.ratio))
	return b.String()
}

// middle spells the median, "none" where nothing was measured.
func middle(v []float64) string {
	if len(v) == 0 {
		return "none"
	}
	return spell(median(v), true)
}

// The marks around the section.
const (
	mnistBegins = "<!-- bench-train -mnist begins: written by scripts/bench-train -mnist -->\n"
	mnistEnds   = "<!-- bench-train -mnist ends -->\n"
)
