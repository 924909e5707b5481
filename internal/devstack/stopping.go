package devstack

import (
	"syscall"
	"time"
)

// stopRule is how a process is asked to end, and how long it may take before
// it is killed.
type stopRule struct {
	signal syscall.Signal
	grace  time.Duration
	orphan syscall.Signal // with Options.DieWithParent: sent by the kernel when the supervisor is gone
}

var atOnce = stopRule{signal: syscall.SIGKILL}

// stopOrder: those that need others end before them.
var stopOrder = []string{"worker", "temporal", "s3", "postgres"}

var stopRules = map[string]stopRule{
	"worker":   {syscall.SIGTERM, 60 * time.Second, syscall.SIGKILL}, // finishes its step and writes a checkpoint
	"temporal": {syscall.SIGTERM, 5 * time.Second, syscall.SIGKILL},
	"s3":       {syscall.SIGTERM, 3 * time.Second, syscall.SIGKILL},
	"postgres": {syscall.SIGINT, 30 * time.Second, syscall.SIGQUIT}, // "fast": sessions are ended, a checkpoint is written
}
