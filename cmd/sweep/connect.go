package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"

	"sweep/internal/datasets"
	"sweep/internal/devstack"
)

// configured are the environment variables that say "use services of my own".
var configured = []string{"TEMPORAL_ADDRESS", "DATABASE_URL", "S3_ENDPOINT"}

// connection finds the services: the environment's, or else the local stack,
// which start says to start when it is down.
func (a *app) connection(ctx context.Context, start bool) (devstack.Connection, error) {
	var missing []string
	for _, name := range configured {
		if os.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	switch {
	case a.local, len(missing) == len(configured) && !a.remote:
		return a.localStack(ctx, start)
	case len(missing) > 0:
		return devstack.Connection{}, invalid("%s is not set: to use services of your own set %s and the S3 keys, or use --local",
			strings.Join(missing, ", "), strings.Join(configured, ", "))
	}
	return remoteConnection()
}

func remoteConnection() (devstack.Connection, error) {
	c := devstack.Connection{
		TemporalAddress:   os.Getenv("TEMPORAL_ADDRESS"),
		TemporalNamespace: cmp.Or(os.Getenv("TEMPORAL_NAMESPACE"), "default"),
		DatabaseURL:       os.Getenv("DATABASE_URL"),
		S3Endpoint:        os.Getenv("S3_ENDPOINT"),
		S3AccessKey:       cmp.Or(os.Getenv("S3_ACCESS_KEY"), os.Getenv("AWS_ACCESS_KEY_ID")),
		S3SecretKey:       cmp.Or(os.Getenv("S3_SECRET_KEY"), os.Getenv("AWS_SECRET_ACCESS_KEY")),
		S3Bucket:          cmp.Or(os.Getenv("S3_BUCKET"), "sweep"),
	}
	if c.S3AccessKey == "" || c.S3SecretKey == "" {
		return c, invalid("S3_ACCESS_KEY and S3_SECRET_KEY are not set: the S3 store at %s needs them", c.S3Endpoint)
	}
	return c, nil
}

func (a *app) localStack(ctx context.Context, start bool) (devstack.Connection, error) {
	if !start {
		_, c, err := devstack.Lookup(a.home)
		return c, err
	}
	c, err := devstack.Ensure(ctx, a.stackOptions())
	if setup := (*devstack.SetupError)(nil); errors.As(err, &setup) {
		return c, exitError{exitInvalid, err}
	}
	return c, err
}

// stackOptions describe the local stack: its worker trains on every core, with
// the data sets that this command was told of.
func (a *app) stackOptions() devstack.Options {
	worker := []string{"worker", "--local"}
	if root, err := datasets.Locate(a.data); err == nil && a.data != "" {
		worker = append(worker, "--data", root.Path)
	}
	return devstack.Options{Home: a.home, Worker: worker, Log: a.err}
}
