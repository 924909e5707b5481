package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// print writes data as -o asks: JSON of the data, or the tables that show it
// to people. CSV is the tables' cells, uncut.
func (a *app) print(data any, tables ...*table) error {
	switch a.output {
	case "json":
		return a.json(data)
	case "csv":
		for _, t := range tables {
			if err := t.csv(a.out); err != nil {
				return err
			}
		}
		return nil
	}
	width, colour := a.width(), a.colour()
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		if err := t.write(a.out, width, colour); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) json(data any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(data); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// csv writes the heading and the rows.
func (t *table) csv(out io.Writer) error {
	w := csv.NewWriter(out)
	if err := w.Write(t.head); err != nil {
		return err
	}
	if err := w.WriteAll(t.rows); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// terminal tells whether a stream is one, and how wide; 0 is "as wide as it
// needs": files and pipes get whole lines.
func terminal(stream any) (width int, ok bool) {
	f, isFile := stream.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w < 20 {
		return 80, true
	}
	return w, true
}

// live tells whether bars can be drawn: on a terminal that has room for them.
func live(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return false
	}
	width, height, err := term.GetSize(int(f.Fd()))
	return err == nil && width >= 40 && height >= 5
}

func (a *app) width() int {
	w, _ := terminal(a.out)
	return w
}

// colour is used on a terminal, unless --no-color, NO_COLOR or TERM=dumb.
func (a *app) colour() bool {
	_, tty := terminal(a.out)
	return tty && !a.noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
