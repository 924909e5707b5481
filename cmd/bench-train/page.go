package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// page collects results and writes them as Markdown.
type page struct {
	where machine
	all   []*contestant
	cases []*result
}

func (p *page) add(r *result) { p.cases = append(p.cases, r) }

// String is the section of docs/benchmarks.md.
func (p *page) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", p.where.finish())
	for _, c := range p.all {
		if c.none != "" {
			fmt.Fprintf(&b, "* %s: none (%s)\n", c.name, c.none)
			continue
		}
		fmt.Fprintf(&b, "* %s: %s\n", c.name, c.version)
	}
	b.WriteString("\nProcessor µs per outer iteration; in brackets ours divided by theirs.\n\n| gradient | batch | z | K |")
	for _, c := range p.all {
		fmt.Fprintf(&b, " %s |", c.name)
	}
	b.WriteString(" our allocations | largest loss difference |\n|---|--:|--:|--:|" + strings.Repeat("--:|", len(p.all)+2) + "\n")
	for _, r := range p.cases {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |", r.gradient(), r.batch, r.z, r.k)
		for _, c := range p.all {
			fmt.Fprintf(&b, " %s |", r.cell(c))
		}
		fmt.Fprintf(&b, " %.2f | %.1e |\n", r.allocs, r.worst())
	}
	return b.String()
}

func (r *result) cell(c *contestant) string {
	ratio, measured := r.ratio(c.name)
	switch {
	case c.name == oursName:
		return fmt.Sprintf("%.0f", median(r.micros[c.name]))
	case measured:
		return fmt.Sprintf("%.0f (%.3f)", median(r.micros[c.name]), ratio)
	case r.refuses(c.name):
		return fmt.Sprintf("refused, differs by %.1e", r.differ[c.name])
	case c.none != "":
		return "none"
	}
	return "–"
}

func (r *result) worst() (most float64) {
	for _, d := range r.differ {
		most = max(most, d)
	}
	return most
}

// refused is an error when a peer was refused anywhere.
func (p *page) refused() error {
	for _, r := range p.cases {
		for _, c := range p.all {
			if r.refuses(c.name) {
				return fmt.Errorf("%s: %s: %w", r.spec, c.name, errDiffers)
			}
		}
	}
	return nil
}

// last are the lines that the targets are read from.
func (p *page) last() string {
	k1, k5 := p.find(headline(1)), p.find(headline(5))
	return fmt.Sprintf("ring_k5_ratio_pytorch %s\nring_k5_ratio_jax %s\nring_k5_over_k1 %.3f\n",
		spell(k5.ratio(torchOne)), spell(k5.ratio(jaxOne)), median(k5.micros[oursName])/median(k1.micros[oursName]))
}

func spell(v float64, measured bool) string {
	if !measured {
		return "none"
	}
	return fmt.Sprintf("%.3f", v)
}

func (p *page) find(s spec) *result {
	for _, r := range p.cases {
		if r.spec == s {
			return r
		}
	}
	return &result{spec: s}
}

// The marks around the section.
const (
	begins = "<!-- bench-train begins: written by make bench-train -->\n"
	ends   = "<!-- bench-train ends -->\n"
)

// write replaces the section between the marks.
func (p *page) write(path string) error {
	return writeSection(path, begins, ends, fmt.Sprintf("%s\n```\n%s```\n", p, p.last()))
}

// writeSection replaces what stands between two marks of a page.
func writeSection(path, begins, ends, section string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	before, rest, found := bytes.Cut(text, []byte(begins))
	_, after, closed := bytes.Cut(rest, []byte(ends))
	if !found || !closed {
		return fmt.Errorf("%s has no section between %q and %q", path, begins, ends)
	}
	return os.WriteFile(path, []byte(fmt.Sprintf("%s%s%s%s%s", before, begins, section, ends, after)), 0o644)
}
