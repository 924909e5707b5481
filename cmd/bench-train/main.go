// Command bench-train measures the processor time of an outer iteration of the
// ring model, ours beside its peers', one thread each, in turns in one run:
//
//	scripts/bench-train          all cases; writes docs/benchmarks.md
//	scripts/bench-train -short   the case that the targets name, in a minute
//	scripts/bench-train -mnist   instead, a step of the MNIST discriminator
//	scripts/bench-train -faces   instead, the convolutions of the faces' models
//
// Every peer first trains ten steps from our weights on our batches; if a loss
// differs by more than 1e-4 that peer is not measured and the command fails. The last lines are
// ring_k5_ratio_pytorch, ring_k5_ratio_jax and ring_k5_over_k1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
)

type options struct {
	short   bool
	mnist   bool
	faces   bool
	peers   string // what scripts/bench-peers printed
	scripts string
	doc     string // where the tables go; "" for nowhere
}

func main() {
	var o options
	flag.BoolVar(&o.short, "short", false, "only what the targets name, in a minute")
	flag.BoolVar(&o.mnist, "mnist", false, "a step of the semi-supervised MNIST discriminator instead of the ring")
	flag.BoolVar(&o.faces, "faces", false, "the convolutions of the faces' models, layer by layer, instead of the ring")
	flag.StringVar(&o.peers, "peers", "", "file that scripts/bench-peers wrote; without it no peer is measured")
	flag.StringVar(&o.scripts, "scripts", "cmd/bench-train/peers", "the peers' programs")
	flag.StringVar(&o.doc, "doc", "", "page to write the tables into")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bench := run
	if o.mnist {
		bench = func(ctx context.Context, o options) error { return runMNIST(ctx, o, os.Stdout) }
	}
	if o.faces {
		bench = func(ctx context.Context, o options) error { return runFaces(ctx, o, os.Stdout) }
	}
	if err := bench(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench-train:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "bench-train-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := contestants(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		for _, c := range all {
			err = errors.Join(err, c.close())
		}
	}()
	p := &page{where: here(), all: all}
	for _, s := range specs(o.short) {
		r, err := measure(ctx, all, s, pacing(o.short), dir)
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		p.add(r)
		fmt.Fprintln(os.Stderr, r)
	}
	if o.doc != "" {
		if err := p.write(o.doc); err != nil {
			return err
		}
	}
	if err := p.print(os.Stdout); err != nil {
		return err
	}
	return p.refused()
}

func (p *page) print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s\n%s", p, p.last())
	return err
}
