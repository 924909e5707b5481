package sweeps

import (
	"slices"

	"sweep/training"
)

// Digests holds the digest of each data set by its name. A digest is part of
// the identity of every trial that reads the set; this package looks at no
// files, so its caller says what they hold.
type Digests map[string]string

// DataSets lists the data sets that the named experiments read, or all
// experiments where none is named, sorted. Its error is that of Count for a
// name that is unknown or a task that is missing.
func (s *Spec) DataSets(only ...string) ([]string, error) {
	chosen, err := s.choose(only)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range chosen {
		if name := e.dataSet(); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (e *Experiment) dataSet() string {
	schema, _ := training.SchemaOf(e.Task)
	return schema.Data
}

// lacking reports the experiments whose data set has no digest.
func (s *Spec) lacking(chosen []*Experiment, data Digests) error {
	var all Errors
	for _, e := range chosen {
		if name := e.dataSet(); name != "" && data[name] == "" {
			all = append(all, s.problem(e.taskAt, "experiment %s reads the data set %s, whose digest is not known", e.Name, name)...)
		}
	}
	if all == nil {
		return nil
	}
	return all
}
