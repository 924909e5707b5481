package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"

	"sweep/storage"
)

// MaxSize bounds an object: what one request may carry, in bytes.
const MaxSize = 5 << 30

// Put writes an object once and returns its ETag. sum is the data's sha256 in
// hex. When the key is taken by the same bytes (a retry whose answer was lost)
// that is success; by others, storage.ErrConflict.
func (s *Store) Put(ctx context.Context, key string, data []byte, sum, mediaType string) (etag string, err error) {
	if got := digest(data); got != sum {
		return "", fmt.Errorf("put %s: its digest is %.12s, not %.12s: %w", key, got, sum, storage.ErrInvalid)
	}
	// Ask first: a store that refuses a body it has not read breaks the connection.
	if _, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{}); err == nil {
		return s.standing(ctx, key, int64(len(data)), sum)
	} else if code(err) != "NoSuchKey" {
		return "", fmt.Errorf("put %s: %w", key, explain(err))
	}
	opts := minio.PutObjectOptions{ContentType: mediaType, SendContentMd5: true, DisableMultipart: true}
	// Signed as a stream, an empty body still has a last chunk; versitygw leaves
	// it unread and takes it for the connection's next request.
	opts.DisableContentSha256 = len(data) == 0
	opts.SetMatchETagExcept("*")
	info, err := s.client.PutObject(ctx, s.bucket, key, bytes.NewReader(data), int64(len(data)), opts)
	if minio.ToErrorResponse(err).StatusCode == http.StatusPreconditionFailed {
		return s.standing(ctx, key, int64(len(data)), sum)
	}
	if err != nil {
		return "", fmt.Errorf("put %s: %w", key, explain(err))
	}
	return s.arrived(ctx, key, int64(len(data)), info.ETag)
}

// arrived asks the store for what it now has under the key.
func (s *Store) arrived(ctx context.Context, key string, size int64, etag string) (string, error) {
	info, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return "", fmt.Errorf("verify %s: %w", key, explain(err))
	}
	if info.Size != size || info.ETag != etag {
		return "", fmt.Errorf("verify %s: the store has %d bytes with ETag %s, sent were %d with %s: %w", key, info.Size, info.ETag, size, etag, storage.ErrCorrupt)
	}
	return etag, nil
}

// standing compares what is under a taken key.
func (s *Store) standing(ctx context.Context, key string, size int64, sum string) (string, error) {
	_, etag, err := s.read(ctx, key, size, sum)
	if errors.Is(err, storage.ErrCorrupt) {
		return "", fmt.Errorf("put %s: %w", key, storage.ErrConflict)
	}
	return etag, err
}

// Get reads an object of size bytes with the given sha256 (hex). Anything else
// under the key is storage.ErrCorrupt, nothing there storage.ErrNotFound. No
// more than size bytes are kept.
func (s *Store) Get(ctx context.Context, key string, size int64, sum string) ([]byte, error) {
	data, _, err := s.read(ctx, key, size, sum)
	return data, err
}

func (s *Store) read(ctx context.Context, key string, size int64, sum string) ([]byte, string, error) {
	if size < 0 || size > MaxSize {
		return nil, "", fmt.Errorf("get %s: a size of %d bytes: %w", key, size, storage.ErrCorrupt)
	}
	object, err := s.client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, explain(err))
	}
	defer object.Close()
	info, err := object.Stat()
	if code(err) == "NoSuchKey" {
		return nil, "", fmt.Errorf("get %s: %w", key, storage.ErrNotFound)
	}
	if err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, explain(err))
	}
	if info.Size != size {
		return nil, "", fmt.Errorf("get %s: it has %d bytes, not %d: %w", key, info.Size, size, storage.ErrCorrupt)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(object, data); err != nil {
		return nil, "", fmt.Errorf("get %s: %w", key, explain(err))
	}
	if got := digest(data); got != sum {
		return nil, "", fmt.Errorf("get %s: its digest is %.12s, not %.12s: %w", key, got, sum, storage.ErrCorrupt)
	}
	return data, info.ETag, nil
}

// Verify tells whether a checkpoint's object is there and whole, by its digest.
func (s *Store) Verify(ctx context.Context, c storage.Checkpoint) (bool, error) {
	_, err := s.Get(ctx, c.Key, c.Size, c.SHA256)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrCorrupt) {
		return false, nil
	}
	return err == nil, err
}

// Object is what List tells of an object.
type Object struct {
	Key      string
	Size     int64
	ETag     string
	Modified time.Time
}

// List walks the objects whose keys begin with prefix, in the store's order.
// An error ends the walk.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
			if o.Err != nil {
				yield(Object{}, fmt.Errorf("list %s: %w", prefix, explain(o.Err)))
				return
			}
			if !yield(Object{Key: o.Key, Size: o.Size, ETag: o.ETag, Modified: o.LastModified}, nil) {
				return
			}
		}
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
