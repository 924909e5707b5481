package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3err"
)

type s3Flags struct {
	address, dir, bucket string
	access, secret       string
}

func parseS3(args []string) (s3Flags, error) {
	var f s3Flags
	fs := flag.NewFlagSet("s3", flag.ContinueOnError)
	fs.StringVar(&f.address, "address", "127.0.0.1:9000", "host:port of the S3 API; GET /healthz answers there too")
	fs.StringVar(&f.dir, "dir", "", "directory of the objects (required)")
	fs.StringVar(&f.bucket, "bucket", "", "bucket that is created when it does not exist")
	if err := fs.Parse(args); err != nil {
		return f, err
	}
	f.access, f.secret = os.Getenv("S3_ACCESS_KEY"), os.Getenv("S3_SECRET_KEY")
	if f.dir == "" || f.access == "" || f.secret == "" {
		return f, errors.New("s3 needs -dir and, in the environment, S3_ACCESS_KEY and S3_SECRET_KEY")
	}
	_, err := loopbackAddress("address", f.address)
	return f, err
}

// runS3 serves until ctx ends. One gateway per process: the backend changes the
// working directory and keeps package state.
func runS3(ctx context.Context, args []string) error {
	f, err := parseS3(args)
	if err != nil {
		return err
	}
	backend, err := openPosix(f.dir)
	if err != nil {
		return fmt.Errorf("opening the objects in %s: %w", f.dir, err)
	}
	if err := ensureBucket(ctx, backend, f.bucket, f.access); err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
		RootUserAccess: f.access, RootUserSecret: f.secret, Region: "us-east-1",
		Ports: []string{f.address}, MaxConnections: 1024, MaxRequests: 512, MultipartMaxParts: 10000,
		Quiet: true, KeepAlive: true, HealthPath: "/healthz", DisableACLs: true,
	})
}

// openPosix keeps object metadata in extended attributes where the file system
// has them (atomic with the object) and in a side directory where it does not.
func openPosix(dir string) (*posix.Posix, error) {
	buckets, side := filepath.Join(dir, "buckets"), filepath.Join(dir, "meta")
	for _, d := range []string{buckets, side} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	// Copies above this size would be refused, and S3 itself allows 5 GiB.
	opts := posix.PosixOpts{Concurrency: 256, CopyObjectThreshold: 5 << 30}
	if (meta.XattrMeta{}).Test(buckets) == nil {
		return posix.New(buckets, meta.XattrMeta{}, opts)
	}
	store, err := meta.NewSideCar(side)
	if err != nil {
		return nil, err
	}
	opts.SideCarDir = side
	return posix.New(buckets, store, opts)
}

// ensureBucket creates the bucket when it is not there. A process killed between
// making the directory and marking it leaves an empty one that answers every
// request with an error; it is removed and made again.
func ensureBucket(ctx context.Context, backend *posix.Posix, bucket, owner string) error {
	if bucket == "" {
		return nil
	}
	acl, err := json.Marshal(auth.ACL{Owner: owner})
	if err != nil {
		return err
	}
	create := func() error {
		err := backend.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket,
			CreateBucketConfiguration: &types.CreateBucketConfiguration{}}, acl)
		var answer s3err.S3Error
		if errors.As(err, &answer) && answer.StatusCode() == http.StatusConflict {
			return nil // it exists
		}
		return err
	}
	err = create()
	if err != nil && os.Remove(bucket) == nil { // the backend's working directory is the root of all buckets
		err = create()
	}
	if err != nil {
		return fmt.Errorf("creating bucket %q: %w", bucket, err)
	}
	return nil
}
