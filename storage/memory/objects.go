package memory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"sweep/storage"
)

// Objects is an object store. The zero value is empty and ready.
type Objects struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// Put writes an object once.
func (o *Objects) Put(ctx context.Context, key string, data []byte, sum, _ string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if digest(data) != sum {
		return "", fmt.Errorf("put %s: %w", key, storage.ErrInvalid)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if old, ok := o.objects[key]; ok && !bytes.Equal(old, data) {
		return "", fmt.Errorf("put %s: %w", key, storage.ErrConflict)
	}
	if o.objects == nil {
		o.objects = map[string][]byte{}
	}
	o.objects[key] = bytes.Clone(data)
	return sum[:32], nil
}

// Get reads an object.
func (o *Objects) Get(_ context.Context, key string, size int64, sum string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	data, ok := o.objects[key]
	switch {
	case size < 0 || (ok && (int64(len(data)) != size || digest(data) != sum)):
		return nil, fmt.Errorf("get %s: %w", key, storage.ErrCorrupt)
	case !ok:
		return nil, fmt.Errorf("get %s: %w", key, storage.ErrNotFound)
	}
	return bytes.Clone(data), nil
}

// Verify tells whether a checkpoint's object is there and whole.
func (o *Objects) Verify(ctx context.Context, c storage.Checkpoint) (bool, error) {
	_, err := o.Get(ctx, c.Key, c.Size, c.SHA256)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrCorrupt) {
		return false, nil
	}
	return err == nil, err
}

// Damage flips one bit of an object, for tests of what follows.
func (o *Objects) Damage(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if data := o.objects[key]; len(data) > 0 {
		data[len(data)/2] ^= 1
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
