package training

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// EngineVersion is part of every trial's identity. It is raised by hand when
// the numbers that training produces change on purpose.
const EngineVersion = 2

// Config is one trial, resolved: what is trained, with every parameter typed
// and filled in, and the seed. Nothing else touches the numbers.
type Config struct {
	Engine int    // EngineVersion at planning
	Task   string // the schema's name
	Data   string // digest of the data files, "" for generated data
	Params Params // resolved by Schema.Resolve
	Seed   int64  // 0 to 2^63-1
}

// NewConfig resolves the parameters of a task for one seed.
func NewConfig(task string, given Params, seed int64) (Config, error) {
	s, ok := SchemaOf(task)
	if !ok {
		return Config{}, fmt.Errorf("unknown task %q", task)
	}
	if s.Missing {
		return Config{}, fmt.Errorf("task %s is not in this version", task)
	}
	if seed < 0 {
		return Config{}, fmt.Errorf("seed %d is negative", seed)
	}
	p, err := s.Resolve(given)
	if err != nil {
		return Config{}, fmt.Errorf("task %s: %w", task, err)
	}
	return Config{Engine: EngineVersion, Task: task, Params: p, Seed: seed}, nil
}

type wireConfig struct {
	Engine int             `json:"engine"`
	Task   string          `json:"task"`
	Data   string          `json:"data"`
	Params json.RawMessage `json:"params"`
	Seed   int64           `json:"seed"`
}

// MarshalJSON writes the canonical form: fixed key order, sorted parameters.
func (c Config) MarshalJSON() ([]byte, error) {
	p, err := c.Params.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return json.Marshal(wireConfig{c.Engine, c.Task, c.Data, p, c.Seed})
}

// UnmarshalJSON reads the canonical form back, typed by the task's schema.
func (c *Config) UnmarshalJSON(data []byte) error {
	var w wireConfig
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	s, ok := SchemaOf(w.Task)
	if !ok {
		return fmt.Errorf("unknown task %q", w.Task)
	}
	if w.Seed < 0 {
		return fmt.Errorf("seed %d is negative", w.Seed)
	}
	p, err := s.DecodeParams(w.Params)
	if err != nil {
		return err
	}
	*c = Config{Engine: w.Engine, Task: w.Task, Data: w.Data, Params: p, Seed: w.Seed}
	return nil
}

// Hash is the trial hash: sha256 of the canonical JSON, 64 hex digits.
func (c Config) Hash() string {
	b, err := c.MarshalJSON()
	if err != nil {
		panic("training: a resolved config always has a canonical form: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Steps is the number of outer iterations that finish the trial.
func (c Config) Steps() int64 {
	s, _ := SchemaOf(c.Task)
	return s.Steps(c.Params)
}
