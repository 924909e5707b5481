package activities

import "sync"

// Slots counts what trains at once in one worker. Temporal gives each activity
// a slot; a pack borrows those that nobody uses and returns them when they are
// wanted. A nil Slots lends nothing.
type Slots struct {
	mu    sync.Mutex
	total int
	busy  int
}

// NewSlots makes the slots of a worker, n ≥ 1.
func NewSlots(n int) *Slots { return &Slots{total: n} }

// enter takes the slot that an activity has by right and returns what leaves it.
func (s *Slots) enter() (leave func()) {
	if s == nil {
		return func() {}
	}
	s.add(1)
	return func() { s.add(-1) }
}

// borrow takes a slot that nobody uses, if there is one; add(-1) returns it.
func (s *Slots) borrow() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy >= s.total {
		return false
	}
	s.busy++
	return true
}

// crowded tells whether more trains than there are slots: what was borrowed is
// wanted back.
func (s *Slots) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy > s.total
}

func (s *Slots) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy += n
}
