package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"sweep/activities"
	"sweep/internal/webhook"
	"sweep/storage"
	"sweep/workflows"
)

type workerFlags struct {
	slots  int
	queues []string
}

func newWorkerCmd(a *app) *cobra.Command {
	var f workerFlags
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "train trials and run workflows until told to stop",
		Long: `worker takes work from Temporal until SIGTERM, then finishes its steps,
checkpoints and leaves. Any number of workers may run on any number of machines;
killing one loses nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.worker(cmd.Context(), f) },
	}
	cmd.Flags().IntVar(&f.slots, "slots", runtime.NumCPU(), "trials trained at the same time, one core each")
	cmd.Flags().StringSliceVar(&f.queues, "queues", []string{workflows.Queue, activities.TrainQueue},
		"task queues to serve: "+workflows.Queue+" runs workflows, "+activities.TrainQueue+" trains")
	return cmd
}

func (f workerFlags) check() error {
	if f.slots < 1 || f.slots > 1024 {
		return invalid("--slots %d: expected 1 to 1024", f.slots)
	}
	for _, q := range f.queues {
		if q != workflows.Queue && q != activities.TrainQueue {
			return invalid("--queues %s: expected %s or %s", q, workflows.Queue, activities.TrainQueue)
		}
	}
	return nil
}

func (a *app) worker(ctx context.Context, f workerFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	device, err := a.chooseDevice()
	if err != nil {
		return err
	}
	return a.withServices(ctx, func(ctx context.Context, s *services) error {
		s.device = device
		c, err := s.temporal(ctx)
		if err != nil {
			return err
		}
		defer c.Close()
		if err := registerAttributes(ctx, c, s.conn.TemporalNamespace); err != nil {
			return err
		}
		hooks := newWebhooks()
		stop, err := s.serve(c, f, hooks)
		if err != nil {
			return err
		}
		defer stop()
		fmt.Fprintf(a.err, "worker %s: queues %v, %s\n", workerName(), f.queues, count(f.slots, "slot"))
		for _, line := range hooks.Problems() {
			fmt.Fprintln(a.err, "worker: cannot use", line)
		}
		s.beat(ctx, f, hooks.Names())
		return nil
	})
}

// serve starts one Temporal worker per queue and returns what stops them.
func (s *services) serve(c client.Client, f workerFlags, hooks *webhook.Sender) (stop func(), err error) {
	acts := s.newActivities(c, workerName(), hooks)
	acts.Slots = activities.NewSlots(f.slots)
	var started []worker.Worker
	stop = func() {
		for _, w := range started {
			w.Stop()
		}
	}
	for _, q := range f.queues {
		w := worker.New(c, q, workerOptions(q, f.slots))
		w.RegisterActivity(acts)
		if q == workflows.Queue {
			w.RegisterWorkflow(workflows.Sweep)
			w.RegisterWorkflow(workflows.Group)
			w.RegisterWorkflow(workflows.Notify)
		}
		if err := w.Start(); err != nil {
			stop()
			return nil, fmt.Errorf("serve queue %s: %w", q, err)
		}
		started = append(started, w)
	}
	return stop, nil
}

// workerOptions: a training worker runs as many activities as it has slots and
// no workflows, so that light work never waits for training.
func workerOptions(queue string, slots int) worker.Options {
	o := worker.Options{
		WorkerStopTimeout:            30 * time.Second,
		MaxHeartbeatThrottleInterval: 5 * time.Second, DefaultHeartbeatThrottleInterval: 5 * time.Second,
		Identity: workerName(),
	}
	if queue == activities.TrainQueue {
		o.MaxConcurrentActivityExecutionSize = slots
		o.DisableWorkflowWorker = true
	}
	return o
}

// beat says every 10 seconds that this worker lives, how much it can take,
// which is what sizes the sweeps' windows, and whom it can notify.
func (s *services) beat(ctx context.Context, f workerFlags, webhooks []string) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	me := s.self(f, webhooks)
	for ctx.Err() == nil {
		if err := s.metrics.Beat(ctx, me); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "worker: cannot tell Postgres that it lives:", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// self describes this worker. One that runs no workflows delivers nothing.
func (s *services) self(f workerFlags, webhooks []string) storage.Worker {
	w := storage.Worker{Name: workerName(), Queue: workflows.Queue, Slots: f.slots, Version: version().Version}
	if slices.Contains(f.queues, activities.TrainQueue) {
		w.Queue, w.Numerics = activities.TrainQueue, newEngine(s.data, s.device).Numerics("gaussians")
	}
	if slices.Contains(f.queues, workflows.Queue) {
		w.Webhooks = webhooks
	}
	return w
}

// workerName tells workers apart for people: host/pid.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}
