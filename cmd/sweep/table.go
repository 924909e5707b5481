package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table is rows for people. Columns named in right are aligned to the right.
type table struct {
	title string
	head  []string
	right map[string]bool
	rows  [][]string
}

// newTable makes a table; a heading that begins with > is aligned to the right.
func newTable(title string, head ...string) *table {
	t := &table{title: title, right: map[string]bool{}}
	for _, h := range head {
		name, right := strings.CutPrefix(h, ">")
		t.head = append(t.head, name)
		t.right[name] = right
	}
	return t
}

// add appends a row; cells are spelled with fmt.Sprint.
func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = oneLine(fmt.Sprint(c))
	}
	t.rows = append(t.rows, row)
}

// oneLine keeps control characters, which stored texts may hold, out of the
// terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// minColumn is what a column keeps when a table is cut to the terminal.
const minColumn = 8

// write prints the table. Where it is wider than width (0: no bound), its
// widest columns are cut with an ellipsis.
func (t *table) write(out io.Writer, width int, colour bool) error {
	var b strings.Builder
	if t.title != "" {
		b.WriteString(paint(colour, bold, t.title) + "\n")
	}
	widths := t.widths(width)
	t.line(&b, t.head, widths, func(s string) string { return paint(colour, dim, s) })
	for _, row := range t.rows {
		t.line(&b, row, widths, func(s string) string { return paint(colour, stateColour[strings.TrimSpace(s)], s) })
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (t *table) widths(width int) []int {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for width > 0 {
		total, widest := 2*(len(widths)-1), 0
		for i, w := range widths {
			total += w
			if w > widths[widest] {
				widest = i
			}
		}
		if total <= width || widths[widest] <= minColumn {
			break
		}
		widths[widest] = max(minColumn, widths[widest]-(total-width))
	}
	return widths
}

func (t *table) line(b *strings.Builder, row []string, widths []int, dress func(string) string) {
	var line strings.Builder
	for i, c := range row {
		if i > 0 {
			line.WriteString("  ")
		}
		c = cut(c, widths[i])
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
		if t.right[t.head[i]] {
			line.WriteString(pad + dress(c))
		} else {
			line.WriteString(dress(c) + pad)
		}
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}

// Colours by their ANSI numbers.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// stateColour dresses the cells that spell a state.
var stateColour = map[string]string{
	"finished": green, "done": green, "ready": green, "diverged": yellow, "paused": yellow, "failed": red, "lost": red, "down": red,
	"running": cyan, "dispatched": cyan, "cancelled": dim, "budget spent": yellow, "pending": dim,
}

func paint(on bool, code, s string) string {
	if !on || code == "" || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
