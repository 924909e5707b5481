package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
	out        string
	experiment string
	metric     string
	open       bool
}

func newReportCmd(a *app) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use: "report SWEEP", Short: "write one HTML page: the answer, the figures, what it cost, what happened, how to rerun",
		Long: `report writes a self-contained HTML page and, in a folder beside it, its figures
as SVG and PNG files. It shows the sweep as it stands; run it again when more is
done. The page needs no network and no script, follows the reader's light or dark
scheme, and prints. It stays below 10 MB: what does not fit is counted on it, and
its figures are in the folder all the same.`,
		Example: "  sweep report quick\n  sweep report quick --out quick.html --open\n  sweep report paper --experiment ring --metric high_quality --out out/",
		Args:    exactly(1, "a sweep's name; `sweep ls` lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.report(ctx, s, args[0], f) })
		},
	}
	cmd.Flags().StringVar(&f.out, "out", "", "the page's file (.html unless it has an extension), or a folder for it (default SWEEP-report.html)")
	cmd.Flags().StringVar(&f.experiment, "experiment", "", "only this experiment")
	cmd.Flags().StringVar(&f.metric, "metric", "", "judge by this metric instead of the one that the file names")
	cmd.Flags().BoolVar(&f.open, "open", false, "show the page in the browser")
	return cmd
}

func (a *app) report(ctx context.Context, s *services, name string, f reportFlags) error {
	meta := reportMeta()
	meta.Only = report.Options{Experiment: f.experiment, Metric: f.metric}
	doc, err := report.Build(ctx, s.metrics, s.objects, name, meta)
	if unknown := (*report.UnknownError)(nil); errors.As(err, &unknown) {
		return invalid("--%s %s: %v", unknown.Kind, unknown.Name, unknown)
	}
	if err != nil {
		return s.unknownSweep(ctx, name, err)
	}
	page := pagePath(f.out, name)
	figures, err := writeReport(page, doc)
	if err != nil {
		return err
	}
	if f.experiment == "" && f.metric == "" { // the stored page is the whole answer
		if err := s.putReport(ctx, name, doc.HTML); err != nil {
			return err
		}
	}
	if err := a.say(map[string]any{"sweep": name, "page": page, "figures": figures},
		"wrote %s (%d kB) and %s\n", page, len(doc.HTML)/1000, count(len(figures), "figure")); err != nil {
		return err
	}
	if f.open {
		return openPage(ctx, page)
	}
	return nil
}

// pagePath is the file that --out names: itself, or one in the folder that it
// is or is spelled as. A name without an extension gets the one browsers know.
func pagePath(out, sweep string) string {
	name := sweep + "-report.html"
	if out == "" {
		return name
	}
	if info, err := os.Stat(out); err == nil && info.IsDir() || os.IsPathSeparator(out[len(out)-1]) {
		return filepath.Join(out, name)
	}
	if filepath.Ext(out) == "" {
		return out + ".html"
	}
	return out
}

// writeReport writes the page and, in a folder of its name, its figures.
func writeReport(path string, doc report.Document) (figures []string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, invalid("--out %s: %v", path, err)
	}
	if err := writeWhole(path, doc.HTML); err != nil {
		return nil, invalid("--out %s: %v", path, err)
	}
	if len(doc.Figures) == 0 {
		return []string{}, nil
	}
	dir := strings.TrimSuffix(path, filepath.Ext(path)) + "-figures"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, invalid("--out %s: %v", path, err)
	}
	for _, f := range doc.Figures {
		p := filepath.Join(dir, f.Name)
		if err := writeWhole(p, f.Data); err != nil {
			return nil, invalid("--out %s: %v", path, err)
		}
		figures = append(figures, p)
	}
	return figures, nil
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
