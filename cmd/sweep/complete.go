package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sweep/training"
)

// completeTask offers the tasks' names for the first argument.
func completeTask(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return taskChoices(), cobra.ShellCompDirectiveNoFileComp
}

func taskChoices() []cobra.Completion {
	var list []cobra.Completion
	for _, name := range tasks() {
		schema, _ := training.SchemaOf(name)
		list = append(list, cobra.CompletionWithDesc(name, schema.Doc))
	}
	return list
}

// completeParams makes -p offer the parameters of the task that a command line
// names, and after name= the values that there are a few of.
func completeParams(cmd *cobra.Command, task func(args []string) string) {
	err := cmd.RegisterFlagCompletionFunc("param", func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		schema, _ := training.SchemaOf(task(args))
		name, _, valued := strings.Cut(typed, "=")
		if !valued {
			return paramNames(schema), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		p, _ := schema.Param(name)
		var list []cobra.Completion
		for _, v := range valueChoices(p) {
			list = append(list, name+"="+v)
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic("complete: " + err.Error()) // the flag is not there: a mistake in this program
	}
}

func paramNames(schema training.Schema) []cobra.Completion {
	var list []cobra.Completion
	for _, p := range schema.Params {
		list = append(list, cobra.CompletionWithDesc(p.Name+"=", p.Doc))
	}
	return list
}

// valueChoices are a parameter's values where they are few, else its default.
func valueChoices(p training.Param) []string {
	switch {
	case len(p.Enum) > 0:
		return p.Enum
	case p.Kind == training.Bool:
		return []string{"false", "true"}
	case len(p.Among) > 0:
		list := make([]string, len(p.Among))
		for i, n := range p.Among {
			list[i] = strconv.FormatInt(n, 10)
		}
		return list
	case p.Kind == "":
		return nil
	}
	return []string{p.Default.String()}
}
