package devstack

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
)

const secretsFile = "secrets.json"

// secrets are made once per home and kept in a file of mode 0600.
type secrets struct {
	Postgres string `json:"postgres_password"`
	S3Access string `json:"s3_access_key"`
	S3Secret string `json:"s3_secret_key"`
}

func (h home) secrets() (secrets, error) {
	var s secrets
	err := h.readJSON(secretsFile, &s)
	return s, err
}

func (h home) ensureSecrets() (secrets, error) {
	s, err := h.secrets()
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return s, err
	}
	if _, err := os.Stat(h.path("postgres", "data")); err == nil {
		return s, setupErrorf("%s is gone but the data it opens are there: restore it, or `sweep down --purge` to begin anew", h.path(secretsFile))
	}
	s = secrets{Postgres: random(16), S3Access: "sweep" + random(6), S3Secret: random(20)}
	return s, h.writeJSON(secretsFile, s)
}

// random returns n random bytes as 2n hexadecimal digits.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the runtime aborts instead
	return hex.EncodeToString(b)
}
