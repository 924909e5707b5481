package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sweep/storage"
	"sweep/storage/metrics"
)

type exportFlags struct {
	what, out, experiment string
	metrics               []string
}

// formats are what export writes, and the endings by which a file asks for them.
var formats = []string{"csv", "jsonl", "parquet"}

func newExportCmd(a *app) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use: "export SWEEP", Short: "write a sweep's rows as CSV, JSON lines or Parquet",
		Long: `export writes the rows of one documented view (docs/sql.md) for one sweep, from
one snapshot and in plan order, however many there are: 100 million points pass
through a few megabytes of memory.

A file is written beside its name and renamed when it is whole. NaN and infinities
are kept: CSV and JSON lines spell them NaN, +Inf and -Inf (in JSON as strings),
Parquet has them as numbers. What a row does not have is an empty cell, null, or
Parquet's null.`,
		Example: `  sweep export paper --what final > final.csv
  sweep export paper --what metrics --metric modes_strict,d_loss --out points.parquet
  sweep export paper --what trials -o jsonl | jq .cell`,
		Args:        exactly(1, "a sweep's name"),
		Annotations: map[string]string{outputs: "csv jsonl parquet"},
		RunE: func(cmd *cobra.Command, args []string) error {
			format := a.output
			if ending := strings.TrimPrefix(filepath.Ext(f.out), "."); !cmd.Flags().Changed("output") && slices.Contains(formats, ending) {
				format = ending
			}
			x := metrics.Extract{What: f.what, Sweep: args[0], Experiment: f.experiment, Metrics: f.metrics}
			return a.export(cmd.Context(), x, format, f.out)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.what, "what", "metrics", "rows to write: "+strings.Join(metrics.Extracts, ", "))
	fl.StringVar(&f.out, "out", "-", "file to write; - is standard output. Its ending chooses the format unless -o does")
	fl.StringVar(&f.experiment, "experiment", "", "only this experiment")
	fl.StringSliceVar(&f.metrics, "metric", nil, "only these metrics (for metrics, final and curves)")
	return cmd
}

func (a *app) export(ctx context.Context, x metrics.Extract, format, out string) error {
	if !slices.Contains(metrics.Extracts, x.What) {
		return invalid("--what %q: expected one of %s", x.What, strings.Join(metrics.Extracts, ", "))
	}
	if len(x.Metrics) > 0 && x.What != "metrics" && x.What != "final" && x.What != "curves" {
		return invalid("--metric: %s have no metrics", x.What)
	}
	if _, tty := terminal(a.out); tty && out == "-" && format == "parquet" {
		return invalid("Parquet is not for a terminal; name a file with --out")
	}
	return a.withServices(ctx, func(ctx context.Context, s *services) error {
		if err := s.checkExtract(ctx, x); err != nil {
			return err
		}
		if out == "-" {
			_, err := a.extract(ctx, s, x, format, a.out)
			return err
		}
		return wholeFile(out, func(w io.Writer) error {
			rows, err := a.extract(ctx, s, x, format, w)
			if err == nil {
				fmt.Fprintf(a.err, "%s: %s of %s\n", out, count(int(rows), "row"), x.What)
			}
			return err
		})
	})
}

// checkExtract names what the sweep does not have.
func (s *services) checkExtract(ctx context.Context, x metrics.Extract) error {
	p, err := s.metrics.SweepProgress(ctx, x.Sweep)
	if err != nil {
		return s.unknownSweep(ctx, x.Sweep, err)
	}
	var names []string
	for _, e := range p.Experiments {
		names = append(names, e.Name)
	}
	if x.Experiment != "" && !slices.Contains(names, x.Experiment) {
		return invalid("sweep %s has no experiment %q (it has %s)", x.Sweep, x.Experiment, cmp.Or(strings.Join(names, ", "), "none"))
	}
	return nil
}

// extract writes the rows and counts them.
func (a *app) extract(ctx context.Context, s *services, x metrics.Extract, format string, w io.Writer) (int64, error) {
	buffered := bufio.NewWriterSize(w, 1<<20)
	sink := a.newExportSink(format, x, buffered)
	err := s.metrics.Export(ctx, x, sink)
	sink.bar.close()
	if err == nil {
		err = sink.rows.close()
	}
	if err == nil {
		err = buffered.Flush()
	}
	if errors.Is(err, storage.ErrNotFound) {
		return 0, s.unknownSweep(ctx, x.Sweep, err)
	}
	return sink.n, err
}

// exportSink joins a format and a progress bar.
type exportSink struct {
	rows rowWriter
	bar  *exportBar
	n    int64
}

// rowWriter is one format. Values are those of metrics.Sink.
type rowWriter interface {
	begin(columns []metrics.Column) error
	row(values []any) error
	close() error // ends the file; the stream stays open
}

func (a *app) newExportSink(format string, x metrics.Extract, w io.Writer) *exportSink {
	s := &exportSink{bar: a.newExportBar(x.What)}
	switch format {
	case "parquet":
		s.rows = &parquetRows{out: w, sweep: x.Sweep}
	case "jsonl":
		s.rows = &jsonRows{out: w}
	default:
		s.rows = newCSVRows(w)
	}
	return s
}

// Begin tells the format of the columns.
func (s *exportSink) Begin(columns []metrics.Column) error { return s.rows.begin(columns) }

// Row writes one row.
func (s *exportSink) Row(values []any) error {
	s.n++
	return s.rows.row(values)
}

// Progress moves the bar.
func (s *exportSink) Progress(done, total int) { s.bar.show(done, total, s.n) }

// wholeFile writes a file under a name of its own and renames it when it is
// whole, so that no reader ever sees half of it.
func wholeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return invalid("--out %s: %v", path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
