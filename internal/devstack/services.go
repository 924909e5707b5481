package devstack

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
)

// service is how one kind of process is started, looked at and stopped.
type service struct {
	name    string
	ports   []string // the addresses it listens on, the public one first
	needs   []string // services whose addresses it is started with
	prepare func(ctx context.Context) error
	command func(p ports) *exec.Cmd
	probe   func(ctx context.Context, p ports) error // nil: alive is healthy
	settle  func(ctx context.Context, p ports) error // once after each start, when the probe first succeeds
	program string                                   // watched: a new file means a restart; empty: not watched
	version string
}

// programs are the executables the services are made of.
type programs struct {
	postgres  pgBin
	as        runAs
	devserver string
}

func postgresService(h home, bin programs, s secrets) service {
	pg := postgres{home: h, bin: bin.postgres, as: bin.as, password: s.Postgres}
	return service{
		name: "postgres", ports: []string{"postgres"},
		prepare: pg.initialise,
		command: func(p ports) *exec.Cmd { return pg.server(p["postgres"]) },
		probe:   func(ctx context.Context, p ports) error { return pg.probe(ctx, p.address("postgres")) },
		settle:  func(ctx context.Context, p ports) error { return pg.createDatabase(ctx, p["postgres"]) },
		version: bin.postgres.version,
	}
}

func s3Service(h home, bin programs, s secrets) service {
	return service{
		name: "s3", ports: []string{"s3"},
		command: func(p ports) *exec.Cmd {
			c := exec.Command(bin.devserver, "s3", "-address", p.address("s3"), "-dir", h.path("s3"), "-bucket", bucket)
			c.Env = serverEnvironment("S3_ACCESS_KEY="+s.S3Access, "S3_SECRET_KEY="+s.S3Secret)
			return c
		},
		probe: func(ctx context.Context, p ports) error { return probeHTTP(ctx, "http://"+p.address("s3")+"/healthz") },
	}
}

func temporalService(_ home, bin programs, s secrets) service {
	return service{
		name: "temporal", ports: []string{"temporal", "ui"}, needs: []string{"postgres"},
		command: func(p ports) *exec.Cmd {
			c := exec.Command(bin.devserver, "temporal", "-address", p.address("temporal"), "-ui-address", p.address("ui"),
				"-postgres", p.address("postgres"), "-postgres-user", pgUser, "-namespace", namespace, "-stop-within", "3s")
			c.Env = serverEnvironment("POSTGRES_PASSWORD=" + s.Postgres)
			return c
		},
		// Through the Web UI to the frontend to Postgres: one question to all of it.
		probe: func(ctx context.Context, p ports) error {
			return probeHTTP(ctx, "http://"+p.address("ui")+"/api/v1/namespaces/"+namespace)
		},
	}
}

func workerService(o Options, s secrets) service {
	return service{
		name: "worker", needs: []string{"postgres", "s3", "temporal"},
		command: func(p ports) *exec.Cmd {
			c := exec.Command(o.Self, o.Worker...)
			c.Env = append(append(os.Environ(), newConnection(p, s).Environ()...), o.WorkerEnv...)
			c.Env = append(c.Env, "SWEEP_HOME="+o.Home)
			return c
		},
		program: o.Self,
	}
}

// serverEnvironment is deliberately bare: proxies, AWS_* and TEMPORAL_* of the
// caller's shell are not for the private servers.
func serverEnvironment(secret ...string) []string {
	return append([]string{"PATH=/usr/bin:/bin", "HOME=" + os.TempDir(), "TZ=UTC"}, secret...)
}

// probeClient takes no proxy from the environment.
var probeClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func probeHTTP(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := probeClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
