package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"sweep/report/stats"
)

// csvHead names the columns of a comparison as CSV: a row for each cell and one
// for each contrast, with every digit; what a row does not have is empty. The
// statistics of a contrast are of its paired differences.
var csvHead = []string{"kind", "experiment", "metric", "goal", "moment", "name", "against", "at", "n",
	"mean", "mean_low", "mean_high", "sd", "median", "iqm", "iqm_low", "iqm_high", "min", "max",
	"trials", "reached", "reached_of", "reached_low", "reached_high", "diverged", "failed", "no_value", "not_yet",
	"better", "equal", "worse", "not_comparable", "p_sign_flip", "p_wilcoxon", "p_adjusted", "method", "family", "planned",
	"improvement", "improvement_low", "improvement_high", "cliff_delta", "seeds_needed", "verdict"}

// CSV writes the comparison as one table.
func (c Comparison) CSV(out io.Writer) error {
	w := csv.NewWriter(out)
	rows := [][]string{csvHead}
	for _, e := range c.Experiments {
		for _, k := range e.Cells {
			rows = append(rows, record{"kind": "cell", "name": k.Cell}.of(c, e).summary(k.Summary).cell(k).row())
		}
		for _, k := range e.Contrasts {
			rows = append(rows, record{"kind": "contrast", "name": k.Value, "against": k.Against, "at": k.At}.of(c, e).summary(k.Difference).contrast(k).row())
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// record is one row by column.
type record map[string]string

func (r record) row() []string {
	out := make([]string, len(csvHead))
	for i, h := range csvHead {
		out[i] = r[h]
	}
	return out
}

func (r record) of(c Comparison, e ExperimentComparison) record {
	r["experiment"], r["metric"], r["goal"], r["moment"] = e.Name, e.Metric, e.Goal, c.At
	return r
}

func (r record) number(column string, v *float64) {
	if v != nil {
		r[column] = strconv.FormatFloat(*v, 'g', -1, 64)
	}
}

func (r record) count(column string, n int) { r[column] = strconv.Itoa(n) }

func (r record) interval(column string, i *stats.Interval) {
	if i != nil {
		r.number(column+"_low", &i.Low)
		r.number(column+"_high", &i.High)
	}
}

func (r record) summary(s Summary) record {
	r.count("n", s.N)
	r.number("mean", s.Mean)
	r.interval("mean", s.MeanInterval)
	r.number("sd", s.SD)
	r.number("median", s.Median)
	r.number("iqm", s.IQM)
	r.interval("iqm", s.IQMInterval)
	r.number("min", s.Min)
	r.number("max", s.Max)
	return r
}

func (r record) cell(k CellStat) record {
	r.count("trials", k.Trials)
	if k.Reached != nil {
		r.count("reached", k.Reached.X)
		r.number("reached_of", &k.Reached.Of)
		r.interval("reached", &k.Reached.Interval)
	}
	r.count("diverged", k.Diverged)
	r.count("failed", k.Failed)
	r.count("no_value", k.NoValue)
	r.count("not_yet", k.NotYet)
	return r
}

func (r record) contrast(k Contrast) record {
	r.count("better", k.Better)
	r.count("equal", k.Equal)
	r.count("worse", k.Worse)
	r.count("diverged", k.Diverged)
	r.count("not_comparable", k.NotComparable)
	if k.SignFlip != nil {
		r.number("p_sign_flip", &k.SignFlip.P)
	}
	if k.Wilcoxon != nil {
		r.number("p_wilcoxon", &k.Wilcoxon.P)
	}
	r.number("p_adjusted", k.Adjusted)
	r.count("family", k.Family)
	r["method"], r["planned"], r["verdict"] = k.Method, strconv.FormatBool(k.Planned), string(k.Verdict)
	r.number("improvement", k.Improvement)
	r.interval("improvement", k.ImprovementInterval)
	r.number("cliff_delta", k.CliffDelta)
	if k.SeedsNeeded != nil {
		r.count("seeds_needed", *k.SeedsNeeded)
	}
	return r
}
