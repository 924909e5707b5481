package training

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Goal says which way a metric is better.
type Goal string

// The two goals.
const (
	Maximize Goal = "maximize"
	Minimize Goal = "minimize"
)

// Metric is one named number of a task. Score metrics are taken at
// evaluations; the others at every step.
type Metric struct {
	Name  string
	Doc   string // definition and source, one line
	Goal  Goal
	Score bool

	// Bounds gives the least and the most that a trial with these parameters can
	// score; nil, or an infinite end, where there is no bound. A diverged trial
	// scores the worse end of a bounded metric (experiments.md §7.4).
	Bounds func(Params) (low, high float64)
	// Count marks a whole number of things to reach: its better bound is a goal
	// in itself, as "all 8 modes".
	Count bool
}

// Share bounds a share, a probability or an accuracy: 0 to 1.
func Share(Params) (low, high float64) { return 0, 1 }

// Worst and Best are the ends of the metric's scale for a trial with these
// parameters, by its goal; infinite without a bound.
func (m Metric) Worst(p Params) float64 {
	low, high := m.ends(p)
	if m.Goal == Minimize {
		return high
	}
	return low
}

// Best is the other end than Worst.
func (m Metric) Best(p Params) float64 {
	low, high := m.ends(p)
	if m.Goal == Minimize {
		return low
	}
	return high
}

func (m Metric) ends(p Params) (low, high float64) {
	if m.Bounds == nil {
		return math.Inf(-1), math.Inf(1)
	}
	return m.Bounds(p)
}

// Param describes one parameter of a task.
type Param struct {
	Name    string
	Doc     string
	Kind    Kind
	Default Value
	Min     float64 // numbers: inclusive bounds
	Max     float64
	Enum    []string // strings: the allowed values
	Among   []int64  // integers: the allowed values, within Min and Max; all of them where it is empty
	Later   []string // strings: values that files may come to name, refused as not supported yet
}

// Parse types what a file or flag held and checks the parameter's range.
func (p Param) Parse(raw any) (Value, error) {
	v, err := p.Kind.Convert(raw)
	if err != nil {
		return Value{}, err
	}
	return v, p.check(v)
}

func (p Param) check(v Value) error {
	switch {
	case p.Kind == String && slices.Contains(p.Later, v.Str()):
		return fmt.Errorf("%q is not supported yet (use %s)", v.Str(), strings.Join(p.Enum, ", "))
	case p.Kind == String && len(p.Enum) > 0 && !slices.Contains(p.Enum, v.Str()):
		return fmt.Errorf("%q is not one of %s", v.Str(), strings.Join(p.Enum, ", "))
	case (p.Kind == Int || p.Kind == Float) && !(v.Float() >= p.Min && v.Float() <= p.Max): // NaN is outside too
		return fmt.Errorf("%s is outside %g to %g", v, p.Min, p.Max)
	case len(p.Among) > 0 && !slices.Contains(p.Among, v.Int()):
		return fmt.Errorf("%s is not one of %s", v, strings.Trim(fmt.Sprint(p.Among), "[]"))
	}
	return nil
}

// Schema is everything that planning needs to know of a task: its parameters
// with their defaults, its metrics, how long a trial is, and which parameters
// cannot matter under which others.
type Schema struct {
	Task    string
	Doc     string
	Params  []Param
	Metrics []Metric

	// StepsParam names the Int parameter that holds a trial's outer iterations;
	// where StepsPer names one too, the first counts epochs and the second holds
	// the iterations of one.
	StepsParam string
	StepsPer   string

	// Canonical rewrites parameters that cannot matter to one spelling
	// (design.md §4.5), so that two names of one computation share a hash.
	Canonical func(Params) Params

	// Data names the data set that the task reads, "" where data are generated.
	// The set's digest is part of its trials' identity (Config.Data).
	Data string

	// DataBy names the set in Data's place where that depends on parameters,
	// which are DataParams; it sees nothing else of them.
	DataBy     func(Params) string
	DataParams []string

	// Missing marks a task that files may name but this version cannot train.
	Missing bool

	// Hidden marks a task for tests that no listing shows.
	Hidden bool
}

// Param finds a parameter by name.
func (s Schema) Param(name string) (Param, bool) {
	i := slices.IndexFunc(s.Params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return s.Params[i], true
}

// DataSet names the data set that a trial with these parameters reads, ""
// where data are generated. Defaults stand in for what is not given.
func (s Schema) DataSet(given Params) string {
	if s.DataBy == nil {
		return s.Data
	}
	var own Params
	for _, name := range s.DataParams {
		v, ok := given.Get(name)
		if !ok {
			p, _ := s.Param(name)
			v = p.Default
		}
		own = own.With(name, v)
	}
	return s.DataBy(own)
}

// Metric finds a metric by name.
func (s Schema) Metric(name string) (Metric, bool) {
	i := slices.IndexFunc(s.Metrics, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return s.Metrics[i], true
}

// Names lists the parameters' names, for suggestions.
func (s Schema) Names() []string {
	names := make([]string, len(s.Params))
	for i, p := range s.Params {
		names[i] = p.Name
	}
	return names
}

// Resolve fills in the defaults, checks every value against its parameter and
// rewrites what cannot matter. The result is what a trial hash is made of.
func (s Schema) Resolve(given Params) (Params, error) {
	full := make(Params, 0, len(s.Params))
	for _, p := range s.Params {
		v, ok := given.Get(p.Name)
		if !ok {
			v = p.Default
		}
		if v.Kind() != p.Kind {
			return nil, fmt.Errorf("%s: expected %s, got %v", p.Name, article(p.Kind), v)
		}
		if err := p.check(v); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		full = append(full, Setting{p.Name, v})
	}
	slices.SortFunc(full, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	for _, g := range given {
		if _, ok := s.Param(g.Name); !ok {
			return nil, fmt.Errorf("%s: unknown parameter of task %s", g.Name, s.Task)
		}
	}
	if s.Canonical != nil {
		full = s.Canonical(full)
	}
	return full, nil
}

// Steps is the number of outer iterations of a resolved trial.
func (s Schema) Steps(p Params) int64 {
	if s.StepsPer == "" {
		return p.Int(s.StepsParam)
	}
	return p.Int(s.StepsParam) * p.Int(s.StepsPer)
}
