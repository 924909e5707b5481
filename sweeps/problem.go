package sweeps

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// What one file can make the program print, and look for before it gives up.
const (
	maxProblems = 100
	enough      = 1000
)

// Problem is one mistake in a file. Line and Column count from 1, columns in
// characters; both are 0 for a mistake of the file as a whole.
type Problem struct {
	File         string
	Line, Column int
	Path         string // e.g. "experiments[0].matrix.z_dim", "" for the whole file
	Message      string // one line
}

// Error spells the problem as "file:line:column: path: message".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	b.WriteString(": " + p.Message)
	return b.String()
}

// Errors is every problem of one file, in file order; it is never empty. It
// ends with a count of the rest when there are more than a hundred.
type Errors []Problem

// Error gives one line per problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// report collects the problems of one file.
type report struct {
	file string
	list Errors
	seen map[Problem]bool // a mistake in defaults would come once per experiment

	mistakes int // seen so far, repeated ones too
	values   int // typed so far, over all experiments
}

func (r *report) add(line, column int, path, format string, args ...any) {
	r.mistakes++
	p := Problem{File: r.file, Line: line, Column: column, Path: path, Message: fmt.Sprintf(format, args...)}
	if r.seen[p] {
		return
	}
	if r.seen == nil {
		r.seen = map[Problem]bool{}
	}
	r.seen[p] = true
	r.list = append(r.list, p)
}

// at reports a problem of a value.
func (r *report) at(n *node, format string, args ...any) {
	r.add(n.line, n.column, n.path(), format, args...)
}

// atKey reports a problem of the key that a value stands under.
func (r *report) atKey(n *node, format string, args ...any) {
	r.add(n.keyLine, n.keyColumn, n.path(), format, args...)
}

// full tells that looking further would only be work.
func (r *report) full() bool { return len(r.list) >= enough || r.values > maxValues }

// err is nil without problems, else all of them in file order, cut to maxProblems.
func (r *report) err() error {
	if len(r.list) == 0 {
		return nil
	}
	slices.SortStableFunc(r.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if more := len(r.list) - maxProblems; more > 0 {
		rest := Problem{File: r.file, Message: fmt.Sprintf("%d more problems", more)}
		return append(slices.Clip(r.list[:maxProblems]), rest)
	}
	return r.list
}
