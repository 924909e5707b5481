package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"sweep/storage"
	"sweep/training"
)

type recorderOptions struct {
	hash     string
	fence    int64
	lease    time.Duration
	every    time.Duration
	attempts Attempts
	objects  Objects
	stop     context.CancelCauseFunc // called when the trial is no longer wanted, or lost
}

// recorder is the training.Recorder of one attempt. Training hands over and
// goes on; one goroutine uploads and commits behind it, in order, every batch
// verbatim until it is acknowledged. A service that is away is waited for, up
// to a bound in memory, past which training waits too: whatever memory held is
// a function of the trial and is computed again from the last checkpoint.
type recorder struct {
	opt recorderOptions
	ctx context.Context // lives until Close has flushed or given up

	mu      sync.Mutex
	changed *sync.Cond
	buf     buffer
	inCheck bool // a checkpoint is on its way
	closing bool
	err     error
	wanted  storage.Wanted
	step    int64 // last committed step
	key     string

	wake   chan struct{}
	gone   chan struct{}
	cancel context.CancelFunc
}

func newRecorder(ctx context.Context, opt recorderOptions) *recorder {
	if opt.every <= 0 {
		opt.every = 2 * time.Second
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &recorder{opt: opt, ctx: ctx, cancel: cancel, wanted: storage.WantRun, step: -1,
		wake: make(chan struct{}, 1), gone: make(chan struct{})}
	r.changed = sync.NewCond(&r.mu)
	go r.run()
	return r
}

// Record takes one step's points.
func (r *recorder) Record(step int64, points []training.Point) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.err == nil && r.buf.points >= maxWaiting {
		r.changed.Wait()
	}
	if r.err != nil {
		return r.err
	}
	r.buf.record(step, points)
	return nil
}

// Artifact takes an artifact.
func (r *recorder) Artifact(a training.Artifact) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.err == nil && r.buf.bytes >= maxBytes {
		r.changed.Wait()
	}
	if r.err != nil {
		return r.err
	}
	r.buf.artifact(a)
	return nil
}

// Checkpoint takes a checkpoint; it waits only while the one before is still
// on its way.
func (r *recorder) Checkpoint(c training.Checkpoint) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.err == nil && r.inCheck {
		r.changed.Wait()
	}
	if r.err != nil {
		return r.err
	}
	r.inCheck = true
	r.buf.checkpoint(c)
	r.poke()
	return nil
}

// Committed tells the last committed step and checkpoint key.
func (r *recorder) Committed() (step int64, key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.step, r.key
}

// Wanted tells what the sweeps want of the trial, as of the last commit.
func (r *recorder) Wanted() storage.Wanted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wanted
}

// Close commits what is left and reports the first error that lost something.
func (r *recorder) Close() error {
	r.mu.Lock()
	r.closing = true
	r.mu.Unlock()
	r.poke()
	<-r.gone
	r.cancel()
	return r.err
}

func (r *recorder) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// run commits batches until Close, every opt.every and at each checkpoint.
func (r *recorder) run() {
	defer close(r.gone)
	tick := time.NewTicker(r.opt.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-r.wake:
		}
		r.mu.Lock()
		closing := r.closing
		r.mu.Unlock()
		if err := r.drain(!closing); err != nil {
			r.fail(err)
			return
		}
		if closing {
			return
		}
	}
}

// drain commits everything that waits; with nothing to commit it renews the lease.
func (r *recorder) drain(renew bool) error {
	for {
		r.mu.Lock()
		b, ok := r.buf.take()
		r.mu.Unlock()
		if !ok && !renew {
			return nil
		}
		renew = false
		if err := r.commit(b); err != nil {
			return err
		}
		if !ok {
			return nil
		}
	}
}

// commit uploads a batch's objects, then commits its rows: the pointer is the
// commit. Both are tried again until they succeed or can never succeed.
func (r *recorder) commit(b batch) error {
	c := storage.Commit{Hash: r.opt.hash, Fence: r.opt.fence, Lease: r.opt.lease, Step: b.step, Chunks: b.chunks}
	for _, a := range b.artifacts {
		row := storage.Artifact{Name: a.Name, Step: a.Step, MediaType: a.MediaType, Size: int64(len(a.Data)), SHA256: digest(a.Data)}
		row.Key = storage.ArtifactKey(r.opt.hash, r.opt.fence, a.Step, a.Name, row.SHA256, a.Extension)
		if _, err := r.put(row.Key, a.Data, row.SHA256, a.MediaType); err != nil {
			return err
		}
		c.Artifacts = append(c.Artifacts, row)
	}
	if b.checkpoint != nil {
		row, err := r.upload(*b.checkpoint)
		if err != nil {
			return err
		}
		c.Checkpoint = &row
	}
	wanted, err := r.send(c)
	if err != nil {
		return err
	}
	r.committed(b, c, wanted)
	return nil
}

func (r *recorder) upload(c training.Checkpoint) (storage.Checkpoint, error) {
	row := storage.Checkpoint{Step: c.Step, Size: int64(len(c.Data)), SHA256: digest(c.Data)}
	row.Key = storage.CheckpointKey(r.opt.hash, r.opt.fence, c.Step, row.SHA256)
	etag, err := r.put(row.Key, c.Data, row.SHA256, "application/octet-stream")
	row.ETag = etag
	return row, err
}

func (r *recorder) committed(b batch, c storage.Commit, wanted storage.Wanted) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buf.done(b)
	r.step = max(r.step, c.Step)
	if c.Checkpoint != nil {
		r.key, r.inCheck = c.Checkpoint.Key, false
	}
	if wanted != storage.WantRun && r.wanted == storage.WantRun {
		r.opt.stop(fmt.Errorf("the sweeps want to %s", wanted))
	}
	r.wanted = wanted
	r.changed.Broadcast()
}

func (r *recorder) fail(err error) {
	r.mu.Lock()
	r.err = err
	r.changed.Broadcast()
	r.mu.Unlock()
	r.opt.stop(err)
}

func (r *recorder) put(key string, data []byte, sha, mediaType string) (etag string, err error) {
	err = r.insist(func(ctx context.Context) (err error) {
		etag, err = r.opt.objects.Put(ctx, key, data, sha, mediaType)
		return err
	}, true)
	if err != nil {
		err = fmt.Errorf("upload %s: %w", key, err)
	}
	return etag, err
}

func (r *recorder) send(c storage.Commit) (wanted storage.Wanted, err error) {
	err = r.insist(func(ctx context.Context) (err error) {
		wanted, err = r.opt.attempts.Commit(ctx, c)
		return err
	}, false)
	if err != nil {
		err = fmt.Errorf("commit up to step %d: %w", c.Step, err)
	}
	return wanted, err
}

// insist calls try until it succeeds, fails for good, or the outage has lasted
// longer than an attempt may wait. While it waits for the object store it
// renews the lease.
func (r *recorder) insist(try func(context.Context) error, renew bool) error {
	var first time.Time
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		ctx, cancel := context.WithTimeout(r.ctx, tryTimeout)
		err := try(ctx)
		cancel()
		if err == nil || final(err) {
			return err
		}
		if first.IsZero() {
			first = time.Now()
		}
		if time.Since(first) > maxOutage {
			return fmt.Errorf("gave up after %v: %w", maxOutage, err)
		}
		time.Sleep(pause)
		if renew {
			if err := r.renew(); err != nil {
				return err
			}
		}
	}
}

// renew keeps the lease while an upload waits; only a lost fence matters here.
func (r *recorder) renew() error {
	ctx, cancel := context.WithTimeout(r.ctx, tryTimeout)
	defer cancel()
	r.mu.Lock()
	step := r.step
	r.mu.Unlock()
	_, err := r.opt.attempts.Commit(ctx, storage.Commit{Hash: r.opt.hash, Fence: r.opt.fence, Lease: r.opt.lease, Step: step})
	if final(err) {
		return err
	}
	return nil
}

// final tells the errors that no second try can cure.
func final(err error) bool {
	return errors.Is(err, storage.ErrStale) || errors.Is(err, storage.ErrConflict) || errors.Is(err, storage.ErrSchema) || errors.Is(err, storage.ErrInvalid)
}

const (
	tryTimeout = 60 * time.Second
	maxOutage  = 12 * time.Hour
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
