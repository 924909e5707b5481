package activities

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/temporal"

	"sweep/storage"
	"sweep/training"
)

// PackInput asks for one stretch of a pack's trials.
type PackInput struct {
	Task    string
	Hashes  []string
	Every   training.Cadence
	MaxTime time.Duration // end the stretch after this long, to be continued; 0 for no limit
	Lease   time.Duration // how long a silent attempt keeps its trial
	Beat    time.Duration // between heartbeats
}

// PackEnd says how the stretch ended for one trial. What it tells is committed.
type PackEnd struct {
	Hash string
	SegmentResult
	Begun  bool   // false: its turn did not come, nothing of it has changed
	Failed string // why its attempt failed, "" if it did not
	Config bool   // no second try can cure that
}

// PackResult says how the stretch ended, for each trial in the order asked.
type PackResult struct {
	Ends []PackEnd
	Late bool // it ran out of time

	TooMany bool `json:",omitempty"` // together they do not fit: fewer may
}

// PackBeat is the heartbeat's detail of a pack: a hint for people.
type PackBeat struct {
	Training []TrialBeat
	Ended    []string // the first digits of hashes
	Waiting  []string // "
}

// TrialBeat is a trial that trains now.
type TrialBeat struct {
	Hash string // its first digits
	Beat
}

// TrainPack trains trials of one shape: in one launch where this worker can, else
// one after another in its own slot and in those of the worker that nobody uses.
// Each trial has an attempt of its own, which begins when its turn comes: nothing
// of a trial knows of the others.
func (a *Activities) TrainPack(ctx context.Context, in PackInput) (PackResult, error) {
	defer a.Slots.enter()()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	p := &packRun{acts: a, in: in, stop: stop, began: time.Now(), awake: time.Now(), holds: map[int]*hold{}, ends: make([]PackEnd, len(in.Hashes))}
	for i, h := range in.Hashes {
		p.ends[i].Hash = h
	}
	forget := watch(ctx, stop, in.Beat, func() any { p.spread(ctx); return p.beat() })
	p.together(ctx)
	p.lane(ctx, false)
	p.close()
	p.lanes.Wait()
	forget()
	if p.lost != nil {
		return PackResult{}, fmt.Errorf("another worker has taken the pack over: %w", p.lost)
	}
	return PackResult{Ends: p.ends, Late: p.late(), TooMany: p.tooMany}, nil
}

// packRun is one stretch of a pack. A lane is a slot: it trains one trial after
// another.
type packRun struct {
	acts  *Activities
	in    PackInput
	stop  context.CancelCauseFunc
	began time.Time
	lanes sync.WaitGroup // those that were borrowed

	mu     sync.Mutex
	next   int  // the first trial that no lane has taken
	closed bool // no lane takes another
	awake  time.Time
	holds  map[int]*hold
	ends   []PackEnd
	lost   error // a newer attempt at the pack has one of its trials

	launching bool // trials train in one launch: no lane is opened beside it
	tooMany   bool
}

// lane trains trials while there are any. A borrowed lane ends when its slot is
// wanted back.
func (p *packRun) lane(ctx context.Context, borrowed bool) {
	for !borrowed || !p.acts.Slots.crowded() {
		i, ok := p.take(ctx)
		if !ok {
			return
		}
		p.spread(ctx)
		p.member(ctx, i)
	}
}

// take is the next trial's turn, if there is one.
func (p *packRun) take(ctx context.Context) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open(ctx) {
		return 0, false
	}
	p.next++
	return p.next - 1, true
}

// open tells whether another trial may begin. A process that was stopped for so
// long that its trials may have been given to another begins none.
func (p *packRun) open(ctx context.Context) bool {
	if time.Since(p.awake) > p.in.Lease {
		p.closed = true
		p.stop(errAsleep)
	}
	return !p.closed && ctx.Err() == nil && p.next < len(p.in.Hashes) && !p.late()
}

var errAsleep = errors.New("this process was stopped for a while")

// spread opens a lane on each slot that nobody uses.
func (p *packRun) spread(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := p.next; !p.launching && p.open(ctx) && n < len(p.in.Hashes) && p.acts.Slots.borrow(); n++ {
		p.lanes.Add(1)
		go func() {
			defer p.lanes.Done()
			defer p.acts.Slots.add(-1)
			p.lane(ctx, true)
		}()
	}
	p.awake = time.Now()
}

func (p *packRun) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

func (p *packRun) late() bool { return p.in.MaxTime > 0 && time.Since(p.began) >= p.in.MaxTime }

// member is one trial's attempt, as TrainSegment makes it.
func (p *packRun) member(ctx context.Context, i int) {
	claimed := false
	r, err := p.acts.attempt(ctx, p.segment(i), func(_ context.Context, _ context.CancelCauseFunc, h *hold) func() {
		claimed = true
		p.note(i, h)
		return func() { p.note(i, nil) }
	})
	p.ended(ctx, i, r, claimed, err)
}

// segment is what is asked of one trial.
func (p *packRun) segment(i int) SegmentInput {
	in := SegmentInput{Hash: p.in.Hashes[i], Task: p.in.Task, Every: p.in.Every, Lease: p.in.Lease, Beat: p.in.Beat}
	if p.in.MaxTime > 0 {
		in.MaxTime = max(p.in.MaxTime-time.Since(p.began), time.Millisecond)
	}
	return in
}

// ended keeps how a trial's attempt ended, and lets no other begin where that
// says something of all.
func (p *packRun) ended(ctx context.Context, i int, r SegmentResult, claimed bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := &p.ends[i]
	e.SegmentResult, e.Begun = r, true
	switch {
	case err == nil:
		return
	case !claimed && ctx.Err() != nil:
		e.Begun = false
		return
	case errors.Is(err, storage.ErrStale):
		p.lost, p.closed = err, true
		p.stop(err)
	case !claimed && !errors.Is(err, storage.ErrNumerics) && !errors.Is(err, storage.ErrNotFound):
		p.closed = true // a store is away: the others' turns can wait
	}
	e.Failed = err.Error()
	if app := new(temporal.ApplicationError); errors.As(err, &app) && app.Type() == ConfigError {
		e.Config = true
	}
}

func (p *packRun) note(i int, h *hold) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holds[i] = h; h == nil {
		delete(p.holds, i)
	}
}

func (p *packRun) beat() PackBeat {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b PackBeat
	for i, h := range p.in.Hashes {
		short := h[:min(12, len(h))]
		switch {
		case p.holds[i] != nil:
			b.Training = append(b.Training, TrialBeat{short, p.holds[i].beat()})
		case p.ends[i].Begun:
			b.Ended = append(b.Ended, short)
		default:
			b.Waiting = append(b.Waiting, short)
		}
	}
	return b
}
