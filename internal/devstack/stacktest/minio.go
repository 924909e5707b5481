package stacktest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// MinIO is a running MinIO server with an empty bucket.
type MinIO struct {
	Store
	Bucket string
	stop   func()
}

// StartMinIO starts a real MinIO server, a program of its own that
// scripts/minio-build builds once and keeps ($SWEEP_MINIO names another), on
// a free loopback port with random credentials and a temporary directory.
func StartMinIO(t testing.TB) MinIO {
	t.Helper()
	program, err := minioProgram()
	if err != nil {
		t.Fatalf("MinIO: %v", err)
	}
	dir := t.TempDir()
	var last error
	for range 5 { // another program may take the port before MinIO binds it
		server, err := launchMinIO(program, dir)
		if err == nil {
			t.Cleanup(server.stop)
			server.Bucket = uniqueName()
			if err := server.awaitBucket(server.Bucket); err != nil {
				t.Fatalf("MinIO: creating a bucket: %v", err)
			}
			return server
		}
		last = err
	}
	t.Fatalf("MinIO: %v", last)
	return MinIO{}
}

func minioProgram() (string, error) {
	if p := os.Getenv("SWEEP_MINIO"); p != "" {
		return p, nil
	}
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	c := exec.Command(filepath.Join(root, "scripts", "minio-build"))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("scripts/minio-build: %w: %s", err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

func launchMinIO(program, dir string) (MinIO, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return MinIO{}, err
	}
	address := l.Addr().String()
	_ = l.Close()
	s := MinIO{Store: Store{Endpoint: "http://" + address, AccessKey: uniqueName(), SecretKey: uniqueName() + uniqueName()}}
	c := exec.Command(program, "server", "--quiet", "--address", address, dir)
	c.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin", "MINIO_ROOT_USER=" + s.AccessKey, "MINIO_ROOT_PASSWORD=" + s.SecretKey,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off", "MINIO_CI_CD=1"} // CI_CD: the data may share the system's disk
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(c.SysProcAttr)
	if err := c.Start(); err != nil {
		return s, err
	}
	done := make(chan struct{})
	go func() { _ = c.Wait(); close(done) }()
	s.stop = func() {
		_ = c.Process.Kill()
		<-done
	}
	if err := awaitMinIO(s.Endpoint, done); err != nil {
		s.stop()
		return s, fmt.Errorf("%w: %s", err, log.String())
	}
	return s, nil
}

func awaitMinIO(endpoint string, done <-chan struct{}) error {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(20 * time.Millisecond) {
		select {
		case <-done:
			return fmt.Errorf("the server ended")
		default:
		}
		resp, err := client.Get(endpoint + "/minio/health/ready")
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("not ready within a minute")
}
