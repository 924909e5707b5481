package activities

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sweep/storage"
	"sweep/sweeps"
	"sweep/training"
)

// When nothing else is asked for, trials travel together that are known to
// last no longer than shortTrial, as many as fill packWork of one slot
// (design.md §6).
const (
	shortTrial = 30 * time.Second
	packWork   = time.Minute
	autoPack   = 64
)

// Pack is some dispatched trials of one experiment and one shape that one
// activity trains, with what their group needs to know.
type Pack struct {
	ID         string // of its workflow
	Experiment string
	Task       string
	Queue      string
	Cells      string // "k=1 ×16, k=5 ×16", for people
	Hashes     []string
	Every      training.Cadence
	InfraMax   int
	K          int64    // -1 where its trials differ, or have none
	ZDim       int64    // "
	Labels     int64    // "
	Params     []string // of all its trials, each once
}

// Summary names the pack for people: "ring, 32 trials: k=1 ×16, k=5 ×16".
func (p Pack) Summary() string {
	s := fmt.Sprintf("%s, %d trials: %s", p.Experiment, len(p.Hashes), p.Cells)
	const limit = 190 // bytes; Temporal takes 200 of a summary at least
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + " …"
	}
	return s
}

// packing is how a sweep's trials may travel: as its file says, or as long as
// its trials are known to take.
func (a *Activities) packing(ctx context.Context, sweep string, spec *sweeps.Spec) (storage.Packing, error) {
	p := storage.Packing{}
	asked := map[string]int{}
	for _, e := range spec.Experiments {
		asked[e.Name] = e.Resources.Pack
		size := e.Resources.Pack
		if size == sweeps.PackAuto {
			size = autoPack
		}
		p.Most = max(p.Most, size)
	}
	if p.Most < 2 {
		return storage.Packing{}, nil
	}
	short, err := a.shortCells(ctx, sweep, asked)
	if err != nil {
		return p, err
	}
	p.Of = func(d storage.Dispatch) (string, int) {
		size, ok := asked[d.Experiment]
		if !ok {
			return "", 1 // the file no longer names it
		}
		if size == sweeps.PackAuto {
			size = short[[2]string{d.Experiment, d.Cell}]
		}
		kind, ok := kindOf(d)
		if size < 2 || !ok {
			return "", 1
		}
		return fmt.Sprintf("%s %d %s", d.Experiment, size, kind), size
	}
	return p, nil
}

// kindOf is the shape of a trial; one that this program cannot tell stays alone.
func kindOf(d storage.Dispatch) (string, bool) {
	schema, ok := training.SchemaOf(d.Task)
	if !ok {
		return "", false
	}
	params, err := schema.DecodeParams(d.Values)
	if err != nil {
		return "", false
	}
	return schema.Shape(params), true
}

// shortCells tells how many trials of each cell of the experiments that leave
// it open make a pack. Cells of which nothing is known yet are missing.
func (a *Activities) shortCells(ctx context.Context, sweep string, asked map[string]int) (map[[2]string]int, error) {
	open := false
	for _, size := range asked {
		open = open || size == sweeps.PackAuto
	}
	if !open {
		return nil, nil
	}
	paces, err := a.Queue.Paces(ctx, sweep)
	if err != nil {
		return nil, err
	}
	out := map[[2]string]int{}
	for _, p := range paces {
		if p.Seconds <= shortTrial.Seconds() {
			out[[2]string{p.Experiment, p.Cell}] = packSize(p.Seconds)
		}
	}
	return out, nil
}

// packSize is how many trials fill packWork, in powers of two: cells that take
// about the same time then travel together.
func packSize(seconds float64) int {
	n := 1
	for n < autoPack && float64(2*n)*seconds <= packWork.Seconds() {
		n *= 2
	}
	return n
}

// byWorkflow divides dispatched trials into those that travel together; they
// stand side by side.
func byWorkflow(taken []storage.Dispatch) (out [][]storage.Dispatch) {
	for i, d := range taken {
		if i == 0 || d.Group != taken[i-1].Group {
			out = append(out, nil)
		}
		last := &out[len(out)-1]
		*last = append(*last, d)
	}
	return out
}

// packOf describes a pack by its trials.
func packOf(trials []storage.Dispatch, spec *sweeps.Spec) Pack {
	first := withPolicy(trials[0], spec)
	p := Pack{ID: first.Group, Experiment: first.Experiment, Task: first.Task, Queue: first.Queue,
		Every: first.Every, InfraMax: first.InfraMax, K: first.K, ZDim: first.ZDim, Labels: first.Labels}
	var cells []string
	count := map[string]int{}
	for _, d := range trials {
		p.Hashes = append(p.Hashes, d.Hash)
		p.K, p.ZDim, p.Labels = common(p.K, d.K), common(p.ZDim, d.ZDim), common(p.Labels, d.Labels)
		if count[d.Cell]++; count[d.Cell] == 1 {
			cells = append(cells, d.Cell)
		}
	}
	p.Params = paramsOf(trials)
	for i, c := range cells {
		cells[i] = strings.TrimSpace(fmt.Sprintf("%s ×%d", c, count[c]))
	}
	p.Cells = strings.Join(cells, ", ")
	return p
}

// paramsOf lists the parameters of some trials, each once: first those that all
// have, then the others as far as Temporal's bound of 2 KB for a list goes.
func paramsOf(trials []storage.Dispatch) []string {
	have := map[string]int{}
	for _, d := range trials {
		for _, p := range d.Params {
			have[p]++
		}
	}
	all := slices.Sorted(maps.Keys(have))
	slices.SortStableFunc(all, func(a, b string) int {
		return cmp.Compare(btoi(have[a] < len(trials)), btoi(have[b] < len(trials)))
	})
	const limit = 1500
	size := 0
	for i, p := range all {
		if size += len(p) + len(`"",`); size > limit {
			all = all[:i]
			break
		}
	}
	slices.Sort(all)
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func common(a, b int64) int64 {
	if a != b {
		return -1
	}
	return a
}
