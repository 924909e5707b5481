package metrics

import (
	"context"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// OpenThrough opens a store whose connections are made by dial: tests cut them.
func OpenThrough(ctx context.Context, databaseURL string, dial func(ctx context.Context, network, addr string) (net.Conn, error)) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errURL
	}
	cfg.ConnConfig.DialFunc = dial
	return open(ctx, cfg)
}

// OpenTraced opens a store whose statements are seen by a tracer.
func OpenTraced(ctx context.Context, databaseURL string, tracer pgx.QueryTracer) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errURL
	}
	cfg.ConnConfig.Tracer = tracer
	return open(ctx, cfg)
}
