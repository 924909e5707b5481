package report

import (
	"context"
	"fmt"

	"sweep/storage"
)

// imageFigures are a group's grid of samples, its samples over training, its walks
// between codes and its analogies, all of the first seed (experiments.md §6, §8.4).
func (s *samples) imageFigures(ctx context.Context, experiment string, g group) (out []Figure, err error) {
	seed := g.first().Seed
	name := title(experiment, g.fixed, fmt.Sprintf("seed %d", seed))
	for _, kind := range []struct {
		file, what, caption string
		sheet               func(ctx context.Context, label string, t storage.Final) (Sheet, bool, error)
	}{
		{"grid", "the first generated samples", "The first 100 samples of the first seed's last step, ten in a row; none was chosen.", s.lastOf(s.byTrial, readSamples)},
		{"history", "the first generated samples over training", "The first ten samples of the first seed at each step, of new codes every time; the first step on top.", s.history},
		{"walks", "walks between codes", "Each row walks from one code to another in even steps; the first seed's last step.", s.lastOf(s.walks, readWalks)},
		{"analogies", "analogies of codes", "Each row: A and B, means of codes that show two values of one attribute; C, which shows B's; and A − B + C. The first seed's last step.", s.lastOf(s.analogy, readWalks)},
	} {
		grid := Gallery{Title: name}
		any := false
		for i, t := range g.seed(seed) {
			sheet, ok, err := kind.sheet(ctx, g.rows[i], t)
			if err != nil {
				return nil, err
			}
			any = any || ok
			grid.Sheets = append(grid.Sheets, sheet)
		}
		if !any {
			continue
		}
		data, err := grid.PNG()
		if err != nil {
			return nil, err
		}
		out = append(out, Figure{Name: fileName("png", kind.file, experiment, g.fixed), Title: name, Caption: kind.caption, Alt: grid.Alt(kind.what), Data: data})
	}
	return out, nil
}

// lastOf reads the newest of a trial's artifacts; stored is false when there is
// none.
func (s *samples) lastOf(from map[string][]storage.TrialArtifact, read func(string, []byte) (Sheet, error)) func(context.Context, string, storage.Final) (Sheet, bool, error) {
	return func(ctx context.Context, label string, t storage.Final) (sheet Sheet, stored bool, err error) {
		list := from[t.ID]
		if len(list) == 0 {
			return Sheet{Label: label, Note: absent(t)}, false, nil
		}
		a := list[len(list)-1]
		ok, err := s.get(ctx, a, func(data []byte) (err error) {
			sheet, err = read(fmt.Sprintf("%s, step %d", label, a.Step), data)
			return err
		})
		if err == nil && !ok {
			sheet = Sheet{Label: label, Note: unreadable}
		}
		return sheet, true, err
	}
}

func readSamples(label string, data []byte) (Sheet, error) {
	images, err := ReadImages(data)
	return samplesSheet(label, images), err
}

// Bounds on a sheet of walks.
const maxWalkRows, maxWalkColumns = 20, 20

func readWalks(label string, data []byte) (Sheet, error) {
	rows, columns, images, err := ReadSheet(data)
	if err == nil && (rows > maxWalkRows || columns > maxWalkColumns) {
		err = fmt.Errorf("sheet file: %d×%d tiles, at most %d×%d are drawn", rows, columns, maxWalkRows, maxWalkColumns)
	}
	return Sheet{Label: label, Rows: rows, Columns: columns, Images: images}, err
}
