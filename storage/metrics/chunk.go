package metrics

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"sweep/storage"
)

// chunk is a chunk as it is stored: evenly spaced steps are a first step and a
// stride, so that only the values take room.
type chunk struct {
	name   string
	metric int16
	first  int64
	last   int64
	stride *int32  // nil: the steps are uneven
	steps  []int64 // all of them; stored only if uneven
	vals   []float64
}

// encode interns the metrics' names and looks for strides.
func (s *Store) encode(ctx context.Context, in []storage.Chunk) ([]chunk, error) {
	out := make([]chunk, len(in))
	for i, k := range in {
		id, err := s.metricID(ctx, k.Metric)
		if err != nil {
			return nil, err
		}
		out[i] = chunk{name: k.Metric, metric: id, first: k.Steps[0], last: k.Steps[len(k.Steps)-1],
			stride: strideOf(k.Steps), steps: k.Steps, vals: k.Values}
	}
	return out, nil
}

func strideOf(steps []int64) *int32 {
	stride := int64(1)
	if len(steps) > 1 {
		stride = steps[1] - steps[0]
	}
	if stride > math.MaxInt32 {
		return nil
	}
	for i := 2; i < len(steps); i++ {
		if steps[i]-steps[i-1] != stride {
			return nil
		}
	}
	even := int32(stride)
	return &even
}

// decode fills in the steps of a chunk that was read.
func (c *chunk) decode() error {
	if c.stride != nil {
		c.steps = make([]int64, len(c.vals))
		for i := range c.steps {
			c.steps[i] = c.first + int64(i)*int64(*c.stride)
		}
	}
	if len(c.steps) != len(c.vals) {
		return fmt.Errorf("chunk at step %d: %d steps and %d values: %w", c.first, len(c.steps), len(c.vals), storage.ErrCorrupt)
	}
	return nil
}

// same compares bit for bit: NaN equals NaN, 0 does not equal -0.
func (c chunk) same(d chunk) bool {
	if len(c.vals) != len(d.vals) {
		return false
	}
	for i := range c.vals {
		if c.steps[i] != d.steps[i] || !sameValue(c.vals[i], d.vals[i]) {
			return false
		}
	}
	return true
}

// sameValue: every NaN is one value, whatever its payload.
func sameValue(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || (a != a && b != b)
}

// metricID finds or makes the number of a metric's name. Names are few and
// never deleted, so they are remembered.
func (s *Store) metricID(ctx context.Context, name string) (int16, error) {
	if id, ok := s.names.Load(name); ok {
		return id.(int16), nil
	}
	if name == "" || len(name) > 100 {
		return 0, fmt.Errorf("%w: a metric's name has 1 to 100 bytes, this one %d", storage.ErrInvalid, len(name))
	}
	var id int16
	err := s.pool.QueryRow(ctx, `SELECT id FROM store.metric_names WHERE name = $1`, name).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		// A name that another writer adds at this moment is updated to itself, so
		// that its number comes back.
		err = s.pool.QueryRow(ctx, `
			INSERT INTO store.metric_names (name) VALUES ($1)
			ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name RETURNING id`, name).Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("intern metric %s: %w", name, err)
	}
	s.names.Store(name, id)
	return id, nil
}
