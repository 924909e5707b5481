package devstack

import (
	"fmt"
	"net/url"
)

const (
	namespace = "sweep"
	bucket    = "sweep"
)

// Connection is all that a client of the stack needs. It holds secrets: print
// none of it but the addresses.
type Connection struct {
	TemporalAddress   string // host:port
	TemporalNamespace string
	UIURL             string // http://host:port
	DatabaseURL       string // postgres://user:password@host:port/db
	S3Endpoint        string // http://host:port
	S3AccessKey       string
	S3SecretKey       string
	S3Bucket          string // exists
}

// Environ is the connection as the environment variables by which every
// command of the product is configured.
func (c Connection) Environ() []string {
	return []string{
		"TEMPORAL_ADDRESS=" + c.TemporalAddress,
		"TEMPORAL_NAMESPACE=" + c.TemporalNamespace,
		"DATABASE_URL=" + c.DatabaseURL,
		"S3_ENDPOINT=" + c.S3Endpoint,
		"S3_ACCESS_KEY=" + c.S3AccessKey,
		"S3_SECRET_KEY=" + c.S3SecretKey,
		"S3_BUCKET=" + c.S3Bucket,
	}
}

func newConnection(p ports, s secrets) Connection {
	database := url.URL{Scheme: "postgres", User: url.UserPassword(pgUser, s.Postgres),
		Host: p.address("postgres"), Path: pgDatabase, RawQuery: "sslmode=disable"}
	return Connection{
		TemporalAddress: p.address("temporal"), TemporalNamespace: namespace,
		UIURL:       fmt.Sprintf("http://%s", p.address("ui")),
		DatabaseURL: database.String(),
		S3Endpoint:  fmt.Sprintf("http://%s", p.address("s3")), S3AccessKey: s.S3Access, S3SecretKey: s.S3Secret, S3Bucket: bucket,
	}
}
