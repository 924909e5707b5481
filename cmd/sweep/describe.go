package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sweep/training"
)

func newDescribeCmd(a *app) *cobra.Command {
	f := trainFlags{}
	cmd := &cobra.Command{
		Use: "describe TASK", Short: "show a task's networks, layer by layer, and what an outer iteration computes",
		Long: `describe lists the layers of a task's networks with their outputs, the standard
deviations that their weights begin with, their parameters and floating-point
operations (FLOPs), and the work of one outer iteration: one update of the
generator with its k look-ahead steps. All is read off the networks that train;
nothing is trained and no data set is needed.

FLOPs are two for each multiplication and its addition in the layers' products.
A layer's are one sample's, forward; the iteration's are its batches'.`,
		Example:           "  sweep describe gaussians -p k=5 -p gradient=full\n  sweep describe mnist-ssl -p preset=improved-gan -o json",
		Args:              exactly(1, "a task: "+strings.Join(tasks(), ", ")),
		ValidArgsFunction: completeTask,
		Annotations:       map[string]string{outputs: "table json"},
		RunE: func(_ *cobra.Command, args []string) error {
			f.task = args[0]
			return a.describe(f)
		},
	}
	cmd.Flags().StringArrayVarP(&f.params, "param", "p", nil, "a parameter, name=value; may be given often")
	completeParams(cmd, func(args []string) string { return strings.Join(args, "") })
	return cmd
}

func (a *app) describe(f trainFlags) error {
	if !slices.Contains(tasks(), f.task) {
		return invalid("task %s%s: this version describes %s", f.task, didYouMean(f.task, tasks()), strings.Join(tasks(), ", "))
	}
	cfg, err := f.config()
	if err != nil {
		return err
	}
	d, err := newEngine(nil, hardware{}).Describe(cfg)
	if errors.Is(err, training.ErrConfig) {
		return exitError{exitInvalid, err}
	}
	if err != nil {
		return fmt.Errorf("describe: %w", err)
	}
	list := []*table{workTable(d)}
	for _, n := range []*training.Network{&d.Discriminator, d.Generator} {
		if n != nil {
			list = slices.Insert(list, 0, layerTable(*n))
		}
	}
	return a.print(d, list...)
}

// layerTable is one network; columns that nothing stands in are left out.
func layerTable(n training.Network) *table {
	noisy := slices.ContainsFunc(n.Layers, func(l training.Layer) bool { return l.Noise > 0 })
	head := []string{"layer", "kind", ">output", ">noise", ">sd", ">params", ">FLOPs"}
	if !noisy {
		head = slices.Delete(head, 3, 4)
	}
	t := newTable(fmt.Sprintf("%s: %s parameters, %sFLOP a sample; %s", n.Name, thousands(n.Parameters), si(n.Flops), n.Initialiser), head...)
	for _, l := range n.Layers {
		row := []any{strings.TrimPrefix(l.Name, n.Name+"."), kindOf(l), sides(l.Output), threeDigits(l.Noise), threeDigits(deviation(l)), counted(l.Parameters), strings.TrimSpace(si(l.Flops))}
		if !noisy {
			row = slices.Delete(row, 3, 4)
		}
		t.add(row...)
	}
	return t
}

// kindOf is what a layer does, its activation last.
func kindOf(l training.Layer) string {
	switch {
	case l.Activation == "":
		return l.Kind
	case l.Kind == "activation":
		return l.Activation
	}
	return l.Kind + ", " + l.Activation
}

// workTable is what the phases of an outer iteration compute.
func workTable(d training.Description) *table {
	t := newTable(fmt.Sprintf("an outer iteration takes %sFLOP", si(d.Flops)),
		"phase", ">times", ">G forward", ">G back", ">D forward", ">D back", ">in all")
	for _, p := range d.Phases {
		g, disc := p.Generator, p.Discriminator
		cells := []any{p.Name, p.Times}
		for _, n := range []int64{g.Forward, g.Backward, disc.Forward, disc.Backward, p.Flops()} {
			cells = append(cells, strings.TrimSpace(si(n)))
		}
		t.add(cells...)
	}
	return t
}

// deviation is that of a layer's first tensor that begins as normals.
func deviation(l training.Layer) float64 {
	for _, t := range l.Tensors {
		if t.Deviation > 0 {
			return t.Deviation
		}
	}
	return 0
}

func sides(shape []int) string {
	text := make([]string, len(shape))
	for i, n := range shape {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, "×")
}

// threeDigits spells three digits of a number, nothing for zero.
func threeDigits(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func counted(n int64) string {
	if n == 0 {
		return ""
	}
	return thousands(n)
}

// thousands spells a count with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// si spells three digits of a count and the prefix of its unit: "13.4 M".
func si(n int64) string {
	if n == 0 {
		return ""
	}
	v, prefix := float64(n), ""
	for _, next := range []string{"k", "M", "G", "T"} {
		if v < 999.5 {
			break
		}
		v, prefix = v/1000, next
	}
	digits := 0
	for below := v; below < 99.95 && prefix != "" && digits < 2; below *= 10 {
		digits++
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + prefix
}
