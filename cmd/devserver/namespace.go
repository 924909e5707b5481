package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

// silent keeps the client's own progress out of the server's log.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

var _ sdklog.Logger = silent{}

// ensureNamespace registers the namespace and returns when workflows can be
// started in it.
func ensureNamespace(ctx context.Context, address, name string, retention time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := client.NewLazyClient(client.Options{HostPort: address, Namespace: name, Logger: silent{}})
	if err != nil {
		return err
	}
	defer c.Close()
	service := c.WorkflowService()
	if err := register(ctx, service, name, retention); err != nil {
		return err
	}
	// With four shards, sixteen ids meet each of them but for one chance in 25.
	for i := range 16 {
		id := fmt.Sprintf("devserver-readiness-%d", i)
		if err := shardAnswers(ctx, service, name, id); err != nil {
			return err
		}
	}
	return nil
}

func register(ctx context.Context, service workflowservice.WorkflowServiceClient, name string, retention time.Duration) error {
	return eventually(ctx, func() error {
		_, err := service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(retention)})
		var exists *serviceerror.NamespaceAlreadyExists
		if errors.As(err, &exists) {
			return nil
		}
		return err
	})
}

// shardAnswers asks for a workflow that does not exist: only the history shard
// that would own it can say so.
func shardAnswers(ctx context.Context, service workflowservice.WorkflowServiceClient, namespace, id string) error {
	return eventually(ctx, func() error {
		_, err := service.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: namespace, Execution: &common.WorkflowExecution{WorkflowId: id}})
		var missing *serviceerror.NotFound
		if errors.As(err, &missing) {
			return nil
		}
		return err
	})
}

func eventually(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
