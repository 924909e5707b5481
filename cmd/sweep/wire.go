package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"sweep/activities"
	"sweep/internal/datasets"
	"sweep/internal/devstack"
	"sweep/internal/webhook"
	"sweep/report"
	"sweep/report/web"
	"sweep/storage/metrics"
	"sweep/storage/objects"
	"sweep/training/engine"
	"sweep/training/kernels"
	"sweep/training/tasks/faces"
	facesdata "sweep/training/tasks/faces/data"
	facesquality "sweep/training/tasks/faces/quality"
	"sweep/training/tasks/mnist"
	mnistdata "sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/quality"
	"sweep/training/tasks/noop"
	"sweep/training/tasks/stacked"
)

// services are the concrete stores that the rest of the program sees through
// small interfaces. This file is the only one that chooses them.
type services struct {
	conn    devstack.Connection
	metrics *metrics.Store
	objects *objects.Store
	data    *datasets.Library
	device  hardware // that this process trains on
}

// open connects to the services, starting the local stack when nothing else is
// configured, and brings the database to this program's schema.
func (a *app) open(ctx context.Context) (*services, error) {
	conn, err := a.connection(ctx, true)
	if err != nil {
		return nil, err
	}
	lib, err := a.library()
	if err != nil {
		return nil, err
	}
	s, err := openServices(ctx, conn)
	if err != nil {
		return nil, err
	}
	s.data = lib
	return s, nil
}

func openServices(ctx context.Context, conn devstack.Connection) (*services, error) {
	if err := metrics.Migrate(ctx, conn.DatabaseURL); err != nil {
		return nil, fmt.Errorf("prepare the database: %w", err)
	}
	m, err := metrics.Open(ctx, conn.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("open Postgres: %w", err)
	}
	o, err := objects.Open(ctx, objects.Config{Endpoint: conn.S3Endpoint, AccessKey: conn.S3AccessKey, SecretKey: conn.S3SecretKey, Bucket: conn.S3Bucket})
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("open the S3 store: %w", err)
	}
	return &services{conn: conn, metrics: m, objects: o}, nil
}

func (s *services) close() { s.metrics.Close() }

// temporal connects to the Temporal service: address and namespace are the
// connection's, TLS and API key come from Temporal's own environment variables.
func (s *services) temporal(ctx context.Context) (client.Client, error) {
	opts, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, fmt.Errorf("read Temporal's configuration: %w", err)
	}
	opts.HostPort, opts.Namespace = s.conn.TemporalAddress, s.conn.TemporalNamespace
	opts.Logger = quietLogger(os.Stderr)
	c, err := client.DialContext(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("reach Temporal at %s: %w", opts.HostPort, err)
	}
	return c, nil
}

// newActivities fills the activities' interfaces with the real world.
func (s *services) newActivities(c client.Client, worker string, hooks *webhook.Sender) *activities.Activities {
	m, trains := s.metrics, newEngine(s.data, s.device)
	return &activities.Activities{
		Plans: m, Queue: m, Strays: m, Attempts: m, Outcomes: m,
		Objects: s.objects, Trainer: trains, Packer: trains, Groups: groups{c},
		Reports: reports{s}, Notices: m, Webhooks: hooks, Worker: worker, Program: s.device.program(),
	}
}

// newWebhooks knows the webhooks that this process's environment names.
func newWebhooks() *webhook.Sender { return webhook.New(os.Environ(), webhook.Options{}) }

// newEngine is the engine with every task that this version trains; those that
// read a data set take it from the library, those that can a device.
func newEngine(data *datasets.Library, device hardware) *engine.Engine {
	return engine.New(device.gaussians(), device.mnist(mnist.Task{Sets: data, Quality: sampleQuality()}), device.stacked(stacked.Task{Sets: data}), device.faces(faces.Task{Sets: data, Quality: faceQuality()}), noop.Task{}, noop.OverMNIST{Sets: data})
}

// sampleQuality makes scorers of generated digits that share what is known of
// real ones.
func sampleQuality() func(kernels.Backend[float32], *mnistdata.Set, int) (mnist.Quality, error) {
	judge := &quality.Judge{}
	return func(be kernels.Backend[float32], set *mnistdata.Set, n int) (mnist.Quality, error) {
		return judge.Scorer(be, set, n)
	}
}

// faceQuality does the same for generated faces.
func faceQuality() func(kernels.Backend[float32], *facesdata.Set, int) (faces.Quality, error) {
	judge := &facesquality.Judge{}
	return func(be kernels.Backend[float32], set *facesdata.Set, n int) (faces.Quality, error) {
		return judge.Scorer(be, set, n)
	}
}

// groups asks Temporal after group workflows.
type groups struct{ client client.Client }

// Alive tells whether the workflow is open.
func (g groups) Alive(ctx context.Context, workflowID string) (bool, error) {
	d, err := g.client.DescribeWorkflowExecution(ctx, workflowID, "")
	if missing := (*serviceerror.NotFound)(nil); errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return d.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// newSite is the live page over the stores.
func (s *services) newSite(token string, hosts []string, anyIP bool) (*web.Server, error) {
	return web.New(web.Config{Source: s.metrics, Blobs: s.objects, Token: token, Hosts: hosts, AnyIP: anyIP,
		SweepLink: s.uiLink, WorkflowLink: s.workflowLink, Version: version().provenance()})
}

// reports writes a sweep's page into the object store.
type reports struct{ s *services }

// WriteReport renders the page and points the sweep at it.
func (r reports) WriteReport(ctx context.Context, sweep string) error {
	page, err := report.Page(ctx, r.s.metrics, r.s.objects, sweep, reportMeta())
	if err != nil {
		return err
	}
	return r.s.putReport(ctx, sweep, page)
}
