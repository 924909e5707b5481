package main

import (
	"context"
	"fmt"

	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// serveUI runs the Web UI until ctx ends.
func serveUI(ctx context.Context, f temporalFlags) error {
	ui := server.NewServer(server_options.WithConfigProvider(&config.Config{
		Host: loopback, Port: f.uiPort, TemporalGRPCAddress: f.address, EnableUI: true,
		CORS: config.CORS{CookieInsecure: true}, HideLogs: true, DefaultNamespace: f.namespace, DisableNewsFetch: true,
	}))
	failed := make(chan error, 1)
	go func() { failed <- ui.Start() }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving the Web UI on %s: %w", f.ui, err)
	case <-ctx.Done():
		ui.Stop()
		return nil
	}
}
