package composetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func composeEnv(t *testing.T, file string) {
	t.Helper()
	if out, err := exec.Command(filepath.Join(root, "scripts", "compose-env"), file).CombinedOutput(); err != nil {
		t.Fatalf("compose-env: %v: %s", err, out)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestComposeEnvWritesRandomSecretsOnce(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	composeEnv(t, first)
	composeEnv(t, second)
	info, err := os.Stat(first)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	kept := read(t, first)
	if kept == read(t, second) {
		t.Error("two runs wrote the same secrets")
	}
	composeEnv(t, first)
	if read(t, first) != kept {
		t.Error("an existing file was replaced")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestComposeEnvIsAllTheComposeFileNeeds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "env")
	composeEnv(t, file)
	var env []string
	for _, line := range strings.Split(read(t, file), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			env = append(env, line)
			if strings.HasSuffix(name, "PASSWORD") && len(value) < 32 {
				t.Errorf("%s has %d characters", name, len(value))
			}
		}
	}
	if _, err := load(t, nil, env); err != nil {
		t.Errorf("docker-compose.yml with the generated file: %v", err)
	}
	for _, name := range productVariables {
		if !strings.Contains(read(t, file), "\n"+name+"=") {
			t.Errorf("the file does not say %s for programs outside the containers", name)
		}
	}
}
