package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// GroupID is the workflow that trains a trial on its own.
func GroupID(hash string) string { return "group/" + hash }

// PackID is the workflow that trains some trials together: the same trials in
// the same order have the same one.
func PackID(hashes []string) string {
	sum := sha256.Sum256([]byte(strings.Join(hashes, "\n")))
	return "pack/" + hex.EncodeToString(sum[:16])
}

// Packing decides which pending trials of a sweep travel together. Its zero
// value leaves each on its own.
type Packing struct {
	// Most bounds the trials of one pack; below 2 nothing is packed.
	Most int
	// Of names the kind of pack that a trial fits in, and the most trials of it;
	// a size below 2 leaves the trial on its own.
	Of func(Dispatch) (kind string, size int)
}

// Pack divides pending trials, in plan order, among at most seats workflows and
// leaves the rest. Packs are full, but where that would leave fewer workflows
// than there are slots the largest are divided, so that no slot is left without.
func (p Packing) Pack(pending []Dispatch, seats, slots int) [][]Dispatch {
	kinds := p.gather(pending, &seats)
	total := 0
	for _, k := range kinds {
		k.packs = (len(k.trials) + k.size - 1) / k.size
		total += k.packs
	}
	for ; total < slots && seats > 0; total, seats = total+1, seats-1 {
		k := largest(kinds)
		if k == nil {
			break
		}
		k.packs++
	}
	var out [][]Dispatch
	for _, k := range kinds {
		for i := range k.packs {
			out = append(out, k.trials[i*len(k.trials)/k.packs:(i+1)*len(k.trials)/k.packs])
		}
	}
	return out
}

// largest is the kind with the most trials in a pack, nil where each is alone.
func largest(kinds []*kind) (most *kind) {
	for _, k := range kinds {
		if k.packs < len(k.trials) && (most == nil || len(k.trials)*most.packs > len(most.trials)*k.packs) {
			most = k
		}
	}
	return most
}

// kind are trials that fit in packs of one kind.
type kind struct {
	name   string
	size   int // of a pack at most
	trials []Dispatch
	packs  int // that they are divided among
}

// gather takes as many trials as there are seats for, each pack one. A trial on
// its own is a kind of its own.
func (p Packing) gather(pending []Dispatch, seats *int) []*kind {
	var out []*kind
	known := map[string]*kind{}
	for _, d := range pending {
		name, size := "", 1
		if p.Of != nil && p.Most > 1 {
			name, size = p.Of(d)
			size = min(size, p.Most)
		}
		k := known[name]
		if size < 2 || k == nil {
			k = &kind{name: name, size: max(size, 1)}
		}
		if len(k.trials)%k.size == 0 {
			if *seats <= 0 {
				continue
			}
			*seats--
		}
		if len(k.trials) == 0 {
			out = append(out, k)
			if k.size > 1 {
				known[name] = k
			}
		}
		k.trials = append(k.trials, d)
	}
	return out
}

// WorkflowOf is the workflow that trains these trials: a pack's, or the trial's
// own where it is but one.
func WorkflowOf(trials []Dispatch) string {
	if len(trials) == 1 {
		return GroupID(trials[0].Hash)
	}
	hashes := make([]string, len(trials))
	for i, d := range trials {
		hashes[i] = d.Hash
	}
	return PackID(hashes)
}

// Pace is what trials of one cell took so far.
type Pace struct {
	Experiment string
	Cell       string
	Seconds    float64 // that a worker needs for a whole trial of the cell
}
