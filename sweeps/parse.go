package sweeps

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"sweep/training"
)

// The keys of the format, by the part of the file that holds them.
var (
	topKeys        = []string{"version", "name", "description", "defaults", "experiments", "budget", "notify", "labels"}
	defaultKeys    = []string{"task", "metric", "parameters", "matrix", "zip", "exclude", "contrasts", "seeds", "seed_base", "checkpoint", "retry", "resources", "labels"}
	experimentKeys = append([]string{"name"}, defaultKeys...)

	ofTop        = place{"at the top of the file", []string{"version", "description", "defaults", "experiments", "budget", "notify"}}
	ofExperiment = place{"in defaults or an experiment", defaultKeys}
)

// maxExperiments bounds the experiments of one file.
const maxExperiments = 100

// Parse reads an experiment file. The name of the file is used in messages
// only. The error is an Errors: every mistake of the file, in file order.
func Parse(file string, data []byte) (*Spec, error) {
	r := &report{file: file}
	root := r.load(data)
	if root == nil {
		return nil, r.err()
	}
	spec := r.spec(root)
	if err := r.err(); err != nil {
		return nil, err
	}
	return spec, nil
}

func (r *report) spec(root *node) *Spec {
	s := &Spec{Version: Version, file: r.file, budgetAt: root}
	if !r.keys(root, topKeys, ofExperiment) {
		return s
	}
	if v := r.need(root, "version"); v != nil && r.is(v, scalar) && v.text != "1" {
		r.at(v, "%s is not supported, this program reads version %d", show(v.text), Version)
	}
	s.Name = r.name(r.need(root, "name"))
	s.Description = r.words(root.get("description"), 4096)
	s.Labels = r.labels(root.get("labels"))
	s.Budget = r.budget(root.get("budget"))
	s.Notify = r.notify(root.get("notify"))
	if n := root.get("budget").get("max_trials"); n != nil {
		s.budgetAt = n
	}
	defaults := root.get("defaults")
	if defaults != nil {
		r.keys(defaults, defaultKeys, ofTop, place{"in an experiment", []string{"name"}})
	}
	s.Experiments = r.experiments(r.need(root, "experiments"), defaults)
	return s
}

func (r *report) experiments(n, defaults *node) []Experiment {
	if !r.is(n, list) {
		return nil
	}
	if len(n.items) == 0 {
		r.at(n, "is empty, one experiment is needed")
	}
	if len(n.items) > maxExperiments {
		r.at(n, "holds %d experiments, at most %d are allowed", len(n.items), maxExperiments)
		return nil
	}
	var out []Experiment
	names := map[string]bool{}
	for _, item := range n.items {
		if r.full() {
			break
		}
		if !r.keys(item, experimentKeys, ofTop) {
			continue
		}
		e := r.experiment(merge(defaults, item), item)
		if e.Name != "" && names[e.Name] {
			r.at(item.get("name"), "another experiment is named %s too", e.Name)
		}
		names[e.Name] = true
		out = append(out, e)
	}
	return out
}

// experiment reads one experiment from its own keys merged over the defaults;
// own alone tells which keys the experiment gives itself.
func (r *report) experiment(n, own *node) Experiment {
	e := Experiment{
		Name:       r.name(r.need(own, "name")),
		Checkpoint: r.checkpoint(n.get("checkpoint")),
		Retry:      r.retry(n.get("retry")),
		Resources:  r.resources(n.get("resources")),
		Seeds:      r.seeds(n.get("seeds"), n.get("seed_base"), own),
		Labels:     r.labels(n.get("labels")),
		taskAt:     n.get("task"),
	}
	schema, ok := r.task(r.need(n, "task"))
	if !ok {
		return e
	}
	e.Task, e.Missing = schema.Task, schema.Missing
	e.Metric = r.metric(n.get("metric"), schema)
	r.grid(&e, n, schema)
	return e
}

func (r *report) task(n *node) (training.Schema, bool) {
	if !r.is(n, scalar) {
		return training.Schema{}, false
	}
	if s, ok := training.SchemaOf(n.text); ok {
		return s, true
	}
	var tasks []string
	for _, s := range training.Schemas() {
		if !s.Hidden {
			tasks = append(tasks, s.Task)
		}
	}
	r.at(n, "unknown task %s%s", show(n.text), oneOf(n.text, tasks))
	return training.Schema{}, false
}

// budget reads the bounds of the whole sweep.
func (r *report) budget(n *node) Budget {
	b := Budget{MaxTrials: 10_000}
	if n == nil || !r.keys(n, []string{"max_trials", "max_concurrent", "max_wall"}) {
		return b
	}
	b.MaxTrials = r.count(n.get("max_trials"), b.MaxTrials, 1, 1_000_000)
	b.MaxConcurrent = r.count(n.get("max_concurrent"), 0, 1, 10_000)
	b.MaxWall = r.duration(n.get("max_wall"), 0, time.Second, 365*24*time.Hour)
	return b
}

var labelForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}$`)

// labels reads free pairs, sorted by name.
func (r *report) labels(n *node) []Label {
	if !r.is(n, mapping) {
		return nil
	}
	if len(n.items) > 64 {
		r.at(n, "holds %d labels, at most 64 are allowed", len(n.items))
		return nil
	}
	var out []Label
	for _, f := range n.items {
		if !labelForm.MatchString(f.key) {
			r.atKey(f, "%s is not a label: 1 to 63 of a-z, 0-9, _, . and -, beginning with a letter or digit", show(f.key))
		}
		out = append(out, Label{f.key, r.words(f, 200)})
	}
	slices.SortFunc(out, func(a, b Label) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
