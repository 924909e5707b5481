// Train-reader trains the network that reads the attributes of drawn faces,
// again from its seed, examines it on faces that it never saw, and compares it
// with the weights that the program carries. With -out it writes them.
//
// It promises that it changes nothing without -out. It imports what trains, no
// store.
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

	"sweep/training/kernels"
	"sweep/training/kernels/cpu"
	"sweep/training/tasks/faces/pfaces"
	"sweep/training/tasks/faces/reader"
)

func main() {
	out := flag.String("out", "", "file to write the weights to; empty compares only")
	faces := flag.Int("exam", 0, "examine the program's weights on this many faces of each size, and train nothing")
	flag.Parse()
	if err := run(os.Stdout, *out, *faces); err != nil {
		fmt.Fprintln(os.Stderr, "train-reader:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, out string, faces int) error {
	if faces > 0 {
		net, err := reader.Load()
		if err != nil {
			return err
		}
		return exam(w, net, faces)
	}
	net, err := train(w)
	if err != nil {
		return err
	}
	file, err := reader.Encode(net, cpu.New().Name(), reader.Seed, reader.Steps)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	fmt.Fprintf(w, "sha256 %x, %d bytes\n", sum, len(file))
	if out != "" {
		if err := os.WriteFile(out, file, 0o644); err != nil {
			return err
		}
	} else if hex.EncodeToString(sum[:]) != reader.Digest {
		return errors.New("these are not the program's weights: other arithmetic than " + reader.Numerics + ", or a change in training")
	}
	return exam(w, net, examined)
}

// train runs the whole training and tells how far it is.
func train(w io.Writer) (*reader.Net, error) {
	t, err := reader.NewTrainer(func() kernels.Backend[float32] { return cpu.New() }, reader.Seed)
	if err != nil {
		return nil, err
	}
	const every = reader.Steps / 24
	start, loss := time.Now(), 0.0
	for step := 1; step <= reader.Steps; step++ {
		loss += t.Step()
		if step%every == 0 {
			fmt.Fprintf(w, "step %d of %d: loss %.4f, %.0f s\n", step, reader.Steps, loss/every, time.Since(start).Seconds())
			loss = 0
		}
	}
	return t.Net, nil
}

// examined is how many faces of each size the exam after training shows.
const examined = 4000

func exam(w io.Writer, net *reader.Net, faces int) error {
	for _, size := range pfaces.Sizes() {
		marks, err := reader.Exam(cpu.New(), net, "full", size, faces)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d×%d pixels, %d faces:\n%s", size, size, faces, marks)
	}
	return nil
}
