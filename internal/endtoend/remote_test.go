package endtoend_test

import (
	"bytes"
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"sweep/internal/devstack/stacktest"
)

// TestTheSameProgramRunsOnServicesOfYourOwn is the cluster in small: services
// named by the environment, an S3 store that is a real MinIO, two workers as
// processes of their own, one of which is stopped in the middle.
func TestTheSameProgramRunsOnServicesOfYourOwn(t *testing.T) {
	conn := stacktest.Start(t).Isolated(t)
	minio := stacktest.StartMinIO(t)
	conn.S3Endpoint, conn.S3AccessKey, conn.S3SecretKey, conn.S3Bucket = minio.Endpoint, minio.AccessKey, minio.SecretKey, minio.Bucket
	p := newPerson(t, conn.Environ()...)
	first, second := startWorker(t, p), startWorker(t, p)
	p.gets("submit", p.file("small.yaml", ring("small", 2, 80_000)))
	eventually(t, time.Minute, "training starts", func() bool {
		return p.one("select count(*) from trials where state = 'running' and step > 100") != "0"
	})
	first.stop(t)
	p.gets("watch", "small")
	second.stop(t)
	if n := p.one("select count(*) from trials where state = 'finished'"); n != "4" {
		t.Errorf("%s trials finished, expected 4", n)
	}
	if n := p.one("select count(*) from metrics where name = 'g_loss'"); n != "320000" {
		t.Errorf("%s points of g_loss, expected 320000", n)
	}
	if n := p.one("select count(*) from points_rolled_back"); n != "0" {
		t.Errorf("stopping a worker in good order rolled %s points back", n)
	}
	if n := p.one("select count(*) from attempts where outcome = 'preempted'"); n == "0" {
		t.Error("no attempt was preempted: the stopped worker trained nothing")
	}
	p.gets("report", "small", "--out", p.file("report.html", ""))
}

type workerProcess struct {
	cmd    *exec.Cmd
	errors *bytes.Buffer
}

func startWorker(t *testing.T, p *person) *workerProcess {
	t.Helper()
	w := &workerProcess{cmd: p.command(context.Background(), "worker", "--remote", "--slots", "1"), errors: new(bytes.Buffer)}
	w.cmd.Stderr = w.errors
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.cmd.Process.Kill() })
	return w
}

// stop asks the worker to leave and expects it to go in good order.
func (w *workerProcess) stop(t *testing.T) {
	t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the worker left with %v\n%s", err, w.errors)
		}
	case <-time.After(45 * time.Second):
		t.Errorf("the worker did not leave within 45 s\n%s", w.errors)
	}
}
