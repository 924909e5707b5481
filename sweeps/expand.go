package sweeps

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"sweep/training"
)

// Trial is one cell of an experiment with one seed.
type Trial struct {
	// Index counts the experiment's trials from 0: every cell with the first
	// seed, then every cell with the second, and so on. Raising the number of
	// seeds therefore adds trials at the end and moves none.
	Index      int
	Experiment string
	Cell       Cell
	Config     training.Config
}

// Cell is one point of an experiment's axes: matrix axes in file order, then
// those of the zips. It is empty for an experiment without axes.
type Cell []training.Setting

// String spells the cell as "k=5 z_dim=256".
func (c Cell) String() string { return training.Params(c).String() }

// Params returns the cell's settings sorted by name.
func (c Cell) Params() training.Params {
	var p training.Params
	for _, s := range c {
		p = p.With(s.Name, s.Value)
	}
	return p
}

// Count says how many trials the named experiments have, or all experiments
// where none is named. It allocates nothing per trial. The error, an Errors,
// says which name is unknown, which experiment's task is missing, or how many
// trials there are when they are more than Budget.MaxTrials.
//
// Two cells that canonical parameters make the same computation (such as k=1
// with rollback carry and restore) are two trials here, with one hash between
// them: it is trained once and both cells show it.
func (s *Spec) Count(only ...string) (int, error) {
	chosen, err := s.choose(only)
	if err != nil {
		return 0, err
	}
	total := int64(0)
	for _, e := range chosen {
		cells := newGrid(factors(e), e.Exclude).count()
		total = plus(total, times(cells, int64(len(e.Seeds))))
	}
	if total > int64(s.Budget.MaxTrials) {
		return 0, s.problem(s.budgetAt, "the plan has %s trials, more than budget.max_trials allows (%d)", many(total), s.Budget.MaxTrials)
	}
	return int(total), nil
}

// Expand is ExpandWith for experiments that read no data set.
func (s *Spec) Expand(only ...string) iter.Seq2[Trial, error] { return s.ExpandWith(nil, only...) }

// ExpandWith yields the trials of the named experiments, or of all experiments
// where none is named: experiments in file order, each by Index. Trials are
// made one by one, so a caller may take a page and stop. What Count refuses
// comes as the only element, with its error, and so does an experiment whose
// data set has no digest.
func (s *Spec) ExpandWith(data Digests, only ...string) iter.Seq2[Trial, error] {
	return func(yield func(Trial, error) bool) {
		if _, err := s.Count(only...); err != nil {
			yield(Trial{}, err)
			return
		}
		chosen, _ := s.choose(only)
		if err := s.lacking(chosen, data); err != nil {
			yield(Trial{}, err)
			return
		}
		for _, e := range chosen {
			if !e.expand(data, yield) {
				return
			}
		}
	}
}

func (e *Experiment) expand(data Digests, yield func(Trial, error) bool) bool {
	schema, ok := training.SchemaOf(e.Task)
	if !ok {
		return yield(Trial{}, fmt.Errorf("experiment %s: unknown task %q", e.Name, e.Task))
	}
	g := newGrid(factors(e), e.Exclude)
	index := 0
	for _, seed := range e.Seeds {
		done := g.walk(func(digits []int) bool {
			t, err := e.trial(schema, data, g.cell(digits), seed)
			t.Index = index
			index++
			return yield(t, err) && err == nil
		})
		if !done {
			return false
		}
	}
	return true
}

func (e *Experiment) trial(schema training.Schema, data Digests, c Cell, seed int64) (Trial, error) {
	params, err := schema.Resolve(e.given(c))
	if err != nil {
		return Trial{}, fmt.Errorf("experiment %s, cell %s: %w", e.Name, c, err)
	}
	config := training.Config{Engine: training.EngineVersion, Task: e.Task, Data: data[schema.DataSet(params)], Params: params, Seed: seed}
	return Trial{Experiment: e.Name, Cell: c, Config: config}, nil
}

// given are a cell's parameters without the task's defaults.
func (e *Experiment) given(c Cell) training.Params {
	given := e.Fixed
	for _, s := range c {
		given = given.With(s.Name, s.Value)
	}
	return given
}

// choose finds the named experiments that can run, in file order.
func (s *Spec) choose(only []string) ([]*Experiment, error) {
	var names, present []string
	for _, e := range s.Experiments {
		names = append(names, e.Name)
		if !e.Missing {
			present = append(present, e.Name)
		}
	}
	for _, name := range only {
		if !slices.Contains(names, name) {
			return nil, s.problem(nil, "no experiment is named %s%s", show(name), oneOf(name, names))
		}
	}
	var chosen []*Experiment
	var missing Errors
	for i := range s.Experiments {
		e := &s.Experiments[i]
		switch {
		case len(only) > 0 && !slices.Contains(only, e.Name):
		case e.Missing:
			remedy := ""
			if len(present) > 0 {
				remedy = "; run the others with --only " + strings.Join(present, ",")
			}
			missing = append(missing, s.problem(e.taskAt, "experiment %s cannot run: task %s is not in this version of sweep%s", e.Name, e.Task, remedy)...)
		default:
			chosen = append(chosen, e)
		}
	}
	if missing != nil {
		return nil, missing
	}
	return chosen, nil
}

func (s *Spec) problem(n *node, format string, args ...any) Errors {
	r := report{file: s.file}
	if n == nil {
		r.add(0, 0, "", format, args...)
	} else {
		r.at(n, format, args...)
	}
	return r.list
}
