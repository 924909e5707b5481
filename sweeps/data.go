package sweeps

import (
	"maps"
	"slices"

	"sweep/training"
)

// Digests holds the digest of each data set by its name. A digest is part of
// the identity of every trial that reads the set; this package looks at no
// files, so its caller says what they hold.
type Digests map[string]string

// DataSets lists the data sets that the named experiments read, or all
// experiments where none is named, sorted. Its error is that of Count.
func (s *Spec) DataSets(only ...string) ([]string, error) {
	if _, err := s.Count(only...); err != nil { // so that the cells can be walked
		return nil, err
	}
	chosen, _ := s.choose(only)
	var names []string
	for _, e := range chosen {
		names = append(names, e.dataSets()...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// dataSets are those of the experiment's cells, sorted.
func (e *Experiment) dataSets() []string {
	schema, _ := training.SchemaOf(e.Task)
	if schema.DataBy == nil {
		if schema.Data == "" {
			return nil
		}
		return []string{schema.Data}
	}
	found := map[string]bool{}
	g := newGrid(factors(e), e.Exclude)
	g.walk(func(digits []int) bool {
		found[schema.DataSet(e.given(g.cell(digits)))] = true
		return true
	})
	return slices.Sorted(maps.Keys(found))
}

// lacking reports the experiments whose data sets have no digest.
func (s *Spec) lacking(chosen []*Experiment, data Digests) error {
	var all Errors
	for _, e := range chosen {
		for _, name := range e.dataSets() {
			if data[name] == "" {
				all = append(all, s.problem(e.taskAt, "experiment %s reads the data set %s, whose digest is not known", e.Name, name)...)
			}
		}
	}
	if all == nil {
		return nil
	}
	return all
}
