package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sweep/training"
)

func TestDescribeShowsEveryLayerAndTheWork(t *testing.T) {
	for name, args := range map[string][]string{
		"describe-gaussians.txt": {"gaussians", "-p", "k=5", "-p", "gradient=full"},
		"describe-mnist.txt":     {"mnist-ssl"},
		"describe-improved.txt":  {"mnist-ssl", "-p", "preset=improved-gan", "-p", "minibatch_discrimination=true", "-p", "k=5", "-p", "batches=fixed"},
		"describe-stacked.txt":   {"stacked-mnist", "-p", "k=5"},
		"describe-control.txt":   {"mnist-ssl", "-p", "unsupervised=false"},
	} {
		got := types(t, "", append([]string{"describe"}, args...)...)
		if got.code != exitDone || got.err != "" {
			t.Errorf("%s: %+v", name, got)
		}
		golden(t, name, got.out)
	}
}

// TestEveryDescriptionFitsEightyColumns: of every task as it is by default.
func TestEveryDescriptionFitsEightyColumns(t *testing.T) {
	for _, task := range tasks() {
		got := types(t, "", "describe", task)
		if got.code != exitDone || !strings.Contains(got.out, "an outer iteration takes") {
			t.Errorf("%s: %+v", task, got)
		}
		for _, line := range strings.Split(got.out, "\n") {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%s: %d columns: %s", task, n, line)
			}
		}
	}
}

func TestDescribeInJSONHasTheCountsByNetwork(t *testing.T) {
	got := types(t, "", "describe", "gaussians", "-p", "z_dim=16", "-o", "json")
	var d struct {
		Params                   map[string]any
		Generator, Discriminator struct {
			Parameters int64
			Layers     []training.Layer
		}
		Flops int64 `json:"flops_per_iteration"`
	}
	if err := json.Unmarshal([]byte(got.out), &d); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	// experiments.md §1.1: 18 946 with z=16, and 513
	if d.Generator.Parameters != 18946 || d.Discriminator.Parameters != 513 || d.Params["z_dim"] != 16.0 || d.Flops <= 0 {
		t.Errorf("%+v", d)
	}
	if l := d.Generator.Layers; len(l) != 3 || l[0].Activation != "ReLU" || !slices.Equal(l[2].Output, []int{2}) {
		t.Errorf("%+v", l)
	}
}

// TestDescribeCountsTheSourcesFaces: experiments.md §1.3.
func TestDescribeCountsTheSourcesFaces(t *testing.T) {
	for similar, want := range map[string]int64{"false": 700321, "true": 3004621} {
		got := types(t, "", "describe", "faces", "-p", "minibatch_discrimination="+similar, "-o", "json")
		var d struct {
			Generator, Discriminator struct{ Parameters int64 }
		}
		if err := json.Unmarshal([]byte(got.out), &d); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		if d.Generator.Parameters != 5912195 || d.Discriminator.Parameters != want {
			t.Errorf("%+v", d)
		}
	}
}

func TestDescribeNamesAMistake(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"gausians"}, `did you mean "gaussians"?`},
		{[]string{"noop"}, "this version describes gaussians"},
		{[]string{}, "expected a task: gaussians"},
		{[]string{"gaussians", "-p", "zdim=3"}, `did you mean "z_dim"?`},
		{[]string{"gaussians", "-p", "k=1000"}, "-p k: 1000 is outside 0 to 100"},
		{[]string{"gaussians", "-o", "csv"}, "expected table or json"},
	} {
		got := types(t, "", append([]string{"describe"}, c.args...)...)
		if got.code != exitInvalid || !strings.Contains(got.err, c.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
}

func TestShellsCompleteTasksParametersAndValues(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"describe", ""}, "mnist-ssl\tsemi-supervised MNIST"},
		{[]string{"train", "--task", ""}, "gaussians\ttwo-dimensional"},
		{[]string{"describe", "mnist-ssl", "-p", ""}, "labels=\tlabelled images"},
		{[]string{"describe", "gaussians", "-p", "mixture="}, "mixture=double10"},
		{[]string{"train", "--task", "mnist-ssl", "-p", "labels="}, "labels=50000"},
		{[]string{"describe", "gaussians", "-p", "batch="}, "batch=100"},
	} {
		got := types(t, "", append([]string{"__complete"}, c.args...)...)
		if !strings.Contains(got.out, c.want) {
			t.Errorf("%v: %q", c.args, got.out)
		}
	}
}
