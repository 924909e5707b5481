package objects

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Config says where the store is. Secrets come from the environment or files.
type Config struct {
	Endpoint  string // http://host:port or https://host:port
	AccessKey string
	SecretKey string
	Bucket    string
	Region    string // "" is us-east-1
}

// Store is one bucket. It is safe for concurrent use.
type Store struct {
	client *minio.Client
	bucket string
}

// Open connects and creates the bucket when it is missing.
func Open(ctx context.Context, c Config) (*Store, error) {
	client, err := connect(c)
	if err != nil {
		return nil, err
	}
	s := &Store{client: client, bucket: c.Bucket}
	if err := s.ensureBucket(ctx, c.Region); err != nil {
		return nil, fmt.Errorf("open bucket %s at %s: %w", c.Bucket, client.EndpointURL().Host, explain(err))
	}
	return s, nil
}

var errEndpoint = errors.New("the S3 endpoint is not a URL (expected http://host:port)")

func connect(c Config) (*minio.Client, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errEndpoint
	}
	if c.Bucket == "" {
		return nil, errors.New("the S3 bucket has no name")
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:           credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""),
		Secure:          u.Scheme == "https",
		Region:          c.Region,
		BucketLookup:    minio.BucketLookupPath,
		TrailingHeaders: false, // versitygw refuses them
		MaxRetries:      3,     // the caller is more patient than that
	})
	if err != nil {
		return nil, fmt.Errorf("open the S3 store at %s: %w", u.Host, err)
	}
	return client, nil
}

func (s *Store) ensureBucket(ctx context.Context, region string) error {
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil || exists {
		return err
	}
	err = s.client.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: region})
	switch code(err) {
	case "BucketAlreadyOwnedByYou", "BucketAlreadyExists": // another process was faster
		return nil
	}
	return err
}

func code(err error) string { return minio.ToErrorResponse(err).Code }

// explain says the common mistakes in the user's words; the rest as it is, in
// one line.
func explain(err error) error {
	if err == nil {
		return nil
	}
	r := minio.ToErrorResponse(err)
	switch {
	case refused(r):
		return errors.New("the store refused the credentials or what they asked for (check S3_ACCESS_KEY, S3_SECRET_KEY and S3_BUCKET)")
	case r.Code == "XMinioStorageFull" || r.StatusCode == http.StatusInsufficientStorage:
		return errors.New("the store is out of disk space")
	}
	if line := strings.Join(strings.Fields(err.Error()), " "); line != err.Error() {
		return errors.New(line)
	}
	return err
}

// refused: a HEAD request is answered without a body, so without a code.
func refused(r minio.ErrorResponse) bool {
	switch r.Code {
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "XAdminUserNotFound": // the last is versitygw's
		return true
	}
	return r.StatusCode == http.StatusForbidden || r.StatusCode == http.StatusUnauthorized
}
