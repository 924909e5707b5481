package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"sweep/report"
	"sweep/storage"
)

type reportFlags struct {
	out  string
	open bool
}

func newReportCmd(a *app) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use: "report SWEEP", Short: "write one HTML page: the answer, the pictures, what happened, how to rerun",
		Long: `report writes a self-contained HTML page and, in a folder beside it, its pictures
as PNG files. It shows the sweep as it stands; run it again when more is done.`,
		Example: "  sweep report quick\n  sweep report quick --out quick.html --open",
		Args:    exactly(1, "a sweep's name; `sweep ls` lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.report(ctx, s, args[0], f) })
		},
	}
	cmd.Flags().StringVar(&f.out, "out", "", "the page's file (default SWEEP-report.html)")
	cmd.Flags().BoolVar(&f.open, "open", false, "show the page in the browser")
	return cmd
}

func (a *app) report(ctx context.Context, s *services, name string, f reportFlags) error {
	doc, err := report.Build(ctx, s.metrics, s.objects, name, reportMeta())
	if err != nil {
		return s.unknownSweep(ctx, name, err)
	}
	if f.out == "" {
		f.out = name + "-report.html"
	}
	pictures, err := writeReport(f.out, doc)
	if err != nil {
		return err
	}
	if err := s.putReport(ctx, name, doc.HTML); err != nil {
		return err
	}
	if err := a.say(map[string]any{"sweep": name, "page": f.out, "pictures": pictures},
		"wrote %s (%d kB) and %s\n", f.out, len(doc.HTML)/1000, count(len(pictures), "picture")); err != nil {
		return err
	}
	if f.open {
		return openPage(ctx, f.out)
	}
	return nil
}

// writeReport writes the page and, in a folder of its name, its pictures.
func writeReport(path string, doc report.Document) (pictures []string, err error) {
	if err := writeWhole(path, doc.HTML); err != nil {
		return nil, invalid("--out %s: %v", path, err)
	}
	if len(doc.Figures) == 0 {
		return []string{}, nil
	}
	dir := strings.TrimSuffix(path, filepath.Ext(path)) + "-pictures"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, invalid("--out %s: %v", path, err)
	}
	for _, f := range doc.Figures {
		p := filepath.Join(dir, f.Name)
		if err := writeWhole(p, f.PNG); err != nil {
			return nil, invalid("--out %s: %v", path, err)
		}
		pictures = append(pictures, p)
	}
	return pictures, nil
}

// openPage hands the page to the desktop's browser.
func openPage(ctx context.Context, path string) error {
	program := "xdg-open"
	if runtime.GOOS == "darwin" {
		program = "open"
	}
	if err := exec.CommandContext(ctx, program, path).Start(); err != nil {
		return fmt.Errorf("show %s: %w", path, err)
	}
	return nil
}

// reportMeta is what a page says of this program.
func reportMeta() report.Meta { return report.Meta{Version: version().provenance()} }

// putReport stores a page and points the sweep at it.
func (s *services) putReport(ctx context.Context, sweep string, page []byte) error {
	sum := sha256.Sum256(page)
	digest := hex.EncodeToString(sum[:])
	key := storage.ReportKey(sweep, digest)
	if _, err := s.objects.Put(ctx, key, page, digest, "text/html; charset=utf-8"); err != nil {
		return fmt.Errorf("store the report of %s: %w", sweep, err)
	}
	if err := s.metrics.PutReport(ctx, sweep, key, int64(len(page)), digest); err != nil {
		return fmt.Errorf("store the report of %s: %w", sweep, err)
	}
	return nil
}
