// Train-lenet trains the classifier that MNIST's sample scores look through,
// again from its seed, and compares it with the weights that the program
// carries. With -out it writes them.
//
// It promises that it changes nothing without -out. It imports what trains and
// what finds data sets, no store.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"sweep/internal/datasets"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality/lenet"
)

func main() {
	root := flag.String("data", "", "folder of the data sets, as sweep's --data")
	out := flag.String("out", "", "file to write the weights to; empty compares only")
	flag.Parse()
	if err := run(os.Stdout, *root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "train-lenet:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, root, out string) error {
	located, err := datasets.Locate(root)
	if err != nil {
		return err
	}
	set, err := datasets.NewLibrary(located).MNIST(data.PublishedDigest)
	if err != nil {
		return err
	}
	file, err := train(w, set)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	fmt.Fprintf(w, "sha256 %x, %d bytes\n", sum, len(file))
	if out != "" {
		return os.WriteFile(out, file, 0o644)
	}
	if hex.EncodeToString(sum[:]) != lenet.Digest {
		return errors.New("these are not the program's weights: other arithmetic than " + lenet.Numerics + ", or a change in training")
	}
	return nil
}

// train runs the whole training, tells how far it is after every epoch, and
// looks at the test images once, at the end.
func train(w io.Writer, set *data.Set) ([]byte, error) {
	be := cpu.New()
	t, err := lenet.NewTrainer(be, set.Train, lenet.Seed)
	if err != nil {
		return nil, err
	}
	start, epoch, loss := time.Now(), t.Steps()/lenet.Epochs, 0.0
	for step := int64(1); step <= t.Steps(); step++ {
		loss += t.Step()
		if step%epoch == 0 {
			fmt.Fprintf(w, "epoch %d: loss %.4f, %.0f s\n", step/epoch, loss/float64(epoch), time.Since(start).Seconds())
			loss = 0
		}
	}
	reader, err := lenet.NewReader(be, t.Net)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "test accuracy %.4f\n", reader.Accuracy(set.Test))
	return lenet.Encode(t.Net, be.Name(), lenet.Seed, t.Steps())
}
