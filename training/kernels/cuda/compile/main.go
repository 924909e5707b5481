// Command compile compiles the CUDA kernels ahead of time, with NVIDIA's runtime
// compiler and without a device:
//
//	go run ./training/kernels/cuda/compile "$(scripts/gpu-toolkit)"
//
// It writes training/kernels/cuda/images, the same bytes for the same sources and
// toolkit, and prints what ptxas says of registers. It imports package cuda only.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sweep/training/kernels/cuda"
)

const folder = "training/kernels/cuda"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "compile: one argument, the toolkit's folder, from the repository's root")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "compile:", err)
		os.Exit(1)
	}
}

func run(kit string) error {
	work, err := os.MkdirTemp("", "sweep-kernels")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, name := range cuda.ImageNames() {
		out := filepath.Join(work, name)
		if err := compile(kit, name, out); err != nil {
			return err
		}
		if err := pack(out, filepath.Join(folder, "images", name+".gz")); err != nil {
			return err
		}
	}
	if err := assemble(kit, filepath.Join(work, "compute_80")); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "images", "sources.sha256"), []byte(cuda.Digest()+"\n"), 0o644)
}

func compile(kit, architecture, out string) error {
	c := exec.Command(filepath.Join(kit, "bin", "nvrtc"), filepath.Join(kit, "libnvrtc.so.11.2"),
		filepath.Join(folder, "kernels", "all.cu"), architecture, out)
	c.Env = append(os.Environ(), "LD_LIBRARY_PATH="+kit) // for the library's builtins
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("compiling for %s: %w", architecture, err)
	}
	return nil
}

// pack writes the same bytes whenever and wherever it runs.
func pack(from, to string) error {
	code, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(code); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, %d packed\n", filepath.Base(from), len(code), out.Len())
	return os.WriteFile(to, out.Bytes(), 0o644)
}

// assemble checks the PTX on its way to Hopper and fails where registers spill.
func assemble(kit, ptx string) error {
	out, err := exec.Command(filepath.Join(kit, "bin", "ptxas"), "-v", "-arch=sm_90", ptx, "-o", os.DevNull).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ptxas: %w\n%s", err, out)
	}
	kernel := ""
	for line := range strings.Lines(string(out)) {
		switch {
		case strings.Contains(line, "Compiling entry"):
			kernel = strings.Split(line, "'")[1]
		case strings.Contains(line, "spill") && !strings.Contains(line, " 0 bytes spill stores"):
			return fmt.Errorf("%s spills registers: %s", kernel, strings.TrimSpace(line))
		case strings.Contains(line, "Used "):
			fmt.Printf("%-24s %s\n", kernel, strings.TrimSpace(line[strings.Index(line, "Used"):]))
		}
	}
	return nil
}
