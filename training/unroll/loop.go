package unroll

import "sweep/training/kernels"

// Rollback says what happens to the discriminator's optimizer when its weights
// go back to where the first look-ahead step left them.
type Rollback string

// The rollback modes.
const (
	Carry   Rollback = "carry"   // moments and counter stay as the look-ahead left them (the source)
	Restore Rollback = "restore" // they go back together with the weights
	Reset   Rollback = "reset"   // they are zeroed before every outer iteration
	None    Rollback = "none"    // nothing goes back: all k steps are kept
)

// Look is what the discriminator's loss was at one look-ahead step: the loss,
// and the mean D(x) over the real and the generated batch.
type Look struct {
	Loss, Real, Fake float64
}

// Game computes losses and gradients at the players' current weights. Batches
// are functions of the outer and inner step alone.
type Game interface {
	// Look draws the batches of a look-ahead step and writes the
	// discriminator's gradients.
	Look(outer, inner uint32) Look

	// Generate draws the generator's batch of an outer step, writes its
	// gradients against the discriminator as it is, a constant, and returns its
	// loss.
	Generate(outer uint32) float64

	// Both draws the batches of look-ahead step 0 and writes both players'
	// gradients.
	Both(outer uint32) (Look, float64)
}

// Loop trains a generator G against a discriminator D.
type Loop[T kernels.Float] struct {
	G, D *Player[T]

	game     Game
	k        int
	rollback Rollback
	first    *memory[T] // D just after look-ahead step 0
	way      *way[T]    // back through the look-ahead; nil when the gradient is truncated
}

// New makes a loop with k ≥ 0 look-ahead steps and the truncated gradient: the
// generator does not see how the look-ahead depends on it.
func New[T kernels.Float](game Game, g, d *Player[T], k int, rollback Rollback) *Loop[T] {
	return &Loop[T]{G: g, D: d, game: game, k: k, rollback: rollback, first: newMemory(d)}
}

// NewFull makes a loop with k ≥ 1 look-ahead steps whose generator descends the
// full gradient, through the look-ahead.
func NewFull[T kernels.Float](game Unrolled, g, d *Player[T], k int, rollback Rollback, adjoint Adjoint[T]) *Loop[T] {
	l := New(game, g, d, k, rollback)
	l.way = newWay(game, d, k, adjoint)
	return l
}

// Step is one outer iteration. It returns D's numbers at look-ahead step 0 and
// G's loss against D after the look-ahead.
func (l *Loop[T]) Step(outer uint32) (Look, float64) {
	if l.rollback == Reset {
		l.D.resetMoments()
	}
	if l.k == 0 {
		return l.simultaneous(outer)
	}
	look := l.lookAhead(outer)
	loss := l.game.Generate(outer)
	if l.way != nil {
		l.way.back(l.D)
	}
	l.G.step()
	l.wayBack()
	return look, loss
}

// simultaneous is the paper's standard GAN: one batch, both gradients at the
// same weights, one step of each player.
func (l *Loop[T]) simultaneous(outer uint32) (Look, float64) {
	look, loss := l.game.Both(outer)
	l.D.step()
	l.G.step()
	return look, loss
}

// lookAhead takes k steps of D and keeps D's state after the first.
func (l *Loop[T]) lookAhead(outer uint32) (first Look) {
	for inner := range l.k {
		look := l.game.Look(outer, uint32(inner))
		l.stepD(inner)
		if inner == 0 {
			first = look
			l.keepFirst()
		}
	}
	return first
}

// keepFirst keeps what wayBack will need: with one step there is no way back,
// and copying a large network costs as much as stepping it.
func (l *Loop[T]) keepFirst() {
	if l.k == 1 || l.rollback == None {
		return
	}
	l.first.keepWeights(l.D)
	if l.rollback == Restore {
		l.first.keepMoments(l.D)
	}
}

// stepD is D's step inner, noted where the way back will need it.
func (l *Loop[T]) stepD(inner int) {
	if l.way == nil {
		l.D.step()
		return
	}
	l.way.before(inner, l.D)
	l.D.step()
	l.way.after(inner, l.D)
}

// wayBack returns D to its state after look-ahead step 0. With reset only the
// weights matter: the moments are zeroed before they are used again.
func (l *Loop[T]) wayBack() {
	if l.k == 1 {
		return
	}
	switch l.rollback {
	case None:
	case Restore:
		l.first.restoreWeights(l.D)
		l.first.restoreMoments(l.D)
	default:
		l.first.restoreWeights(l.D)
	}
}
