package composetest_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const (
	root         = "../.."
	testPassword = "0123password"
	testAccess   = "0123access"
	testSecret   = "0123secret"
)

func load(t *testing.T, profiles, env []string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithProfiles(profiles), cli.WithEnv(env), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(context.Background())
}

func project(t *testing.T) *types.Project {
	t.Helper()
	p, err := load(t, []string{"gpu"}, []string{"POSTGRES_PASSWORD=" + testPassword, "S3_ACCESS_KEY=" + testAccess, "S3_SECRET_KEY=" + testSecret})
	if err != nil {
		t.Fatalf("docker-compose.yml: %v", err)
	}
	return p
}

// jobs end; everything else is a service that must say whether it is well.
var jobs = []string{"migrate", "temporal-namespace", "temporal-schema"}

func TestComposeFileHasTheServicesOfTheDesign(t *testing.T) {
	got := project(t).ServiceNames()
	slices.Sort(got)
	want := []string{"migrate", "postgres", "s3", "temporal", "temporal-namespace", "temporal-schema", "temporal-ui", "worker", "worker-gpu"}
	if !slices.Equal(got, want) {
		t.Errorf("services %v, want %v", got, want)
	}
}

func TestEveryServiceHasAHealthCheckAndRestarts(t *testing.T) {
	for name, s := range project(t).Services {
		job := slices.Contains(jobs, name)
		if !job && (s.HealthCheck == nil || len(s.HealthCheck.Test) < 2) {
			t.Errorf("%s has no health check", name)
		}
		want := "unless-stopped"
		if job {
			want = "on-failure"
		}
		if !strings.HasPrefix(s.Restart, want) {
			t.Errorf("%s restarts %q, want %q", name, s.Restart, want)
		}
	}
}

func TestEveryPortIsOnLoopback(t *testing.T) {
	seen := map[string]string{}
	for name, s := range project(t).Services {
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s on %q", name, port.Published, port.HostIP)
			}
			if other := seen[port.Published]; other != "" {
				t.Errorf("%s and %s both publish %s", name, other, port.Published)
			}
			seen[port.Published] = name
		}
	}
	if len(seen) < 4 {
		t.Errorf("only %d ports are published", len(seen))
	}
}

func TestWhatMustSurviveIsInAVolume(t *testing.T) {
	p := project(t)
	for name, target := range map[string]string{"postgres": "/var/lib/postgresql/data", "s3": "/data"} {
		s, err := p.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		ok := slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && v.Target == target && v.Source != ""
		})
		if !ok {
			t.Errorf("%s keeps %s in no named volume: %+v", name, target, s.Volumes)
		}
	}
}

func TestEveryMountedFileExists(t *testing.T) {
	found := 0
	for name, s := range project(t).Services {
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			found++
			if _, err := os.Stat(v.Source); err != nil || !v.ReadOnly {
				t.Errorf("%s mounts %s: exists %v, read-only %v", name, v.Source, err == nil, v.ReadOnly)
			}
		}
	}
	if found == 0 {
		t.Error("no mounted files were looked at")
	}
}

func TestStartOrderWaitsForHealthAndForJobs(t *testing.T) {
	for name, s := range project(t).Services {
		for need, condition := range s.DependsOn {
			want := types.ServiceConditionHealthy
			if slices.Contains(jobs, need) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			if condition.Condition != want {
				t.Errorf("%s waits for %s until %q, want %q", name, need, condition.Condition, want)
			}
		}
	}
	worker, err := project(t).GetService("worker")
	if err != nil {
		t.Fatal(err)
	}
	for _, need := range []string{"migrate", "temporal-namespace", "s3"} {
		if _, ok := worker.DependsOn[need]; !ok {
			t.Errorf("worker does not wait for %s", need)
		}
	}
}

// The names by which every command of the product is configured.
var productVariables = []string{"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "DATABASE_URL", "S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"}

func TestProductIsConfiguredByItsStandardNames(t *testing.T) {
	p := project(t)
	for _, name := range []string{"migrate", "worker", "worker-gpu"} {
		s, err := p.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range productVariables {
			if value := s.Environment[v]; value == nil || *value == "" {
				t.Errorf("%s has no %s", name, v)
			}
		}
		if url := *s.Environment["DATABASE_URL"]; !strings.Contains(url, testPassword) {
			t.Errorf("%s: DATABASE_URL does not take the generated password", name)
		}
	}
}

func TestGPUWorkerIsAProfileAndReservesDevices(t *testing.T) {
	plain, err := load(t, nil, []string{"POSTGRES_PASSWORD=p", "S3_ACCESS_KEY=a", "S3_SECRET_KEY=s"})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(plain.ServiceNames(), "worker-gpu") {
		t.Error("the GPU worker starts without its profile")
	}
	s, err := project(t).GetService("worker-gpu")
	if err != nil {
		t.Fatal(err)
	}
	devices := s.Deploy.Resources.Reservations.Devices
	if len(devices) != 1 || devices[0].Driver != "nvidia" || !slices.Contains(devices[0].Capabilities, "gpu") {
		t.Errorf("reserved devices: %+v", devices)
	}
}

func TestWithoutGeneratedSecretsTheFileIsRefused(t *testing.T) {
	all := map[string]string{"POSTGRES_PASSWORD": "p", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "s"}
	for left := range all {
		var env []string
		for name, value := range all {
			if name != left {
				env = append(env, name+"="+value)
			}
		}
		if _, err := load(t, nil, env); err == nil || !strings.Contains(err.Error(), "make compose-env") {
			t.Errorf("without %s: %v, want a hint at make compose-env", left, err)
		}
	}
}

var literalSecret = regexp.MustCompile(`(?i)(PASSWORD|PWD|SECRET|ACCESS_KEY|ROOT_USER)[A-Z_]*\s*[:=]\s*"?([^"\s]*)`)

func TestNoSecretIsWrittenInTheFile(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range literalSecret.FindAllStringSubmatch(string(b), -1) {
		if m[2] == "" || strings.HasPrefix(m[2], "?") || strings.HasPrefix(m[2], "-") { // inside ${NAME:?…}
			continue
		}
		found++
		if !strings.HasPrefix(m[2], "${") {
			t.Errorf("a literal secret: %s", m[0])
		}
	}
	if found < 5 {
		t.Errorf("only %d secrets were looked at", found)
	}
}

func TestImagesHaveFixedVersions(t *testing.T) {
	for name, s := range project(t).Services {
		if _, tag, ok := strings.Cut(s.Image, ":"); !ok || tag == "latest" {
			t.Errorf("%s runs %s", name, s.Image)
		}
	}
}
