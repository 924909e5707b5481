package report

import (
	"context"
	"fmt"
	"slices"

	"sweep/storage"
)

// A history shows this many samples of at most this many steps.
const historyColumns, historyRows = 10, 6

// history is a sheet of a trial's first samples over training, a row for each
// step. Every step draws its own codes, so a column is not one code's picture. ok
// is false where fewer than two steps have samples; steps that cannot be read are
// left out.
func (s *samples) history(ctx context.Context, label string, t storage.Final) (sheet Sheet, ok bool, err error) {
	list := evenly(s.byTrial[t.ID], historyRows)
	if len(list) < 2 {
		return Sheet{Label: label, Note: absent(t)}, false, nil
	}
	sheet = Sheet{Label: fmt.Sprintf("%s, steps %d to %d", label, list[0].Step, list[len(list)-1].Step)}
	for _, a := range list {
		if _, err := s.get(ctx, a, func(data []byte) error { return sheet.addRow(data) }); err != nil {
			return Sheet{}, false, err
		}
	}
	if sheet.Rows == 0 {
		sheet.Note = unreadable
	}
	return sheet, true, nil
}

// addRow adds a file's first pictures, which must be of the size of those before.
func (s *Sheet) addRow(data []byte) error {
	add, err := ReadImages(data)
	if err != nil {
		return err
	}
	columns := min(add.N, historyColumns)
	if s.Rows == 0 {
		s.Columns, s.Images = columns, Images{H: add.H, W: add.W, C: add.C}
	}
	if columns != s.Columns || add.H != s.Images.H || add.W != s.Images.W || add.C != s.Images.C {
		return fmt.Errorf("pictures file: %d of %d×%d×%d, the step before has %d of %d×%d×%d",
			columns, add.H, add.W, add.C, s.Columns, s.Images.H, s.Images.W, s.Images.C)
	}
	s.Rows++
	s.Images.N += columns
	s.Images.Values = append(s.Images.Values, add.Values[:columns*add.H*add.W*add.C]...)
	return nil
}

// evenly takes at most n, the first and the last among them, evenly spaced.
func evenly[T any](list []T, n int) (out []T) {
	if len(list) <= n {
		return slices.Clone(list)
	}
	for i := range n {
		out = append(out, list[i*(len(list)-1)/(n-1)])
	}
	return out
}
