// Package stacktest gives tests real servers: Postgres, Temporal and S3 of a
// local stack, and a MinIO server.
//
// It promises: a test gets a database, a namespace and a bucket of its own;
// what is started is stopped and removed at the end, also when the test fails
// and, on Linux, when its process is killed; all addresses are loopback ports
// chosen free.
//
// `go run ./internal/devstack/stacktest/cmd COMMAND…` starts one stack, runs
// the command (go test ./…) with SWEEP_TEST_STACK naming its home, and stops it
// again: every test package then shares that stack. Without the variable a
// package whose TestMain calls Main has a stack for its own run.
//
// It is imported by tests only and imports no package of the project but
// devstack.
package stacktest
