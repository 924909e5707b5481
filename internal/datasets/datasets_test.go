package datasets_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sweep/internal/datasets"
	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// published draws a small set, writes it to a folder and describes it as if it
// were the published one, so that the tests need no real files.
func published(t *testing.T) (set datasets.Set, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := lookalike.Write(dir, 60, 20, 1); err != nil {
		t.Fatal(err)
	}
	whole, err := data.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	set = datasets.Set{Name: "mnist", Digest: whole.Digest}
	for _, f := range data.Files() {
		decoded, path, err := f.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		raw := read(t, path)
		sum := sha256.Sum256(raw)
		f.Size, f.SHA256, f.Content = int64(len(raw)), hex.EncodeToString(sum[:]), data.ContentDigest(decoded)
		set.Files = append(set.Files, f)
	}
	return set, dir
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// listing is every name in a folder, hidden ones too.
func listing(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), "-ubyte.gz"))
	}
	return strings.Join(names, " ")
}

const all = "t10k-images-idx3 t10k-labels-idx1 train-images-idx3 train-labels-idx1"

func TestTheRootIsWhereTheUserSays(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/xdg")
	t.Setenv("HOME", "/home/u")
	for _, c := range []struct{ flag, env, xdg, want, named string }{
		{"/flag", "/env", "/xdg", "/flag", "--data"},
		{"", "/env", "/xdg", "/env", "SWEEP_DATA"},
		{"", "", "/xdg", "/xdg/sweep-data", "the user's data folder"},
		{"", "", "relative", "/home/u/.local/share/sweep-data", "the user's data folder"},
		{"", "", "", "/home/u/.local/share/sweep-data", "the user's data folder"},
	} {
		t.Setenv("SWEEP_DATA", c.env)
		t.Setenv("XDG_DATA_HOME", c.xdg)
		got, err := datasets.Locate(c.flag)
		if err != nil || got.Path != c.want || got.Named != c.named {
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
}

func TestARootMayHoldTheFilesItself(t *testing.T) {
	set, dir := published(t)
	root := datasets.Root{Path: dir}
	if got := root.Folder(set).Dir; got != dir {
		t.Errorf("%s, expected %s", got, dir)
	}
	if err := os.Mkdir(filepath.Join(dir, "mnist"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := root.Folder(set).Dir; got != filepath.Join(dir, "mnist") {
		t.Errorf("%s, expected the folder of the set's name", got)
	}
}

func TestVerifyNamesTheStateOfEveryFile(t *testing.T) {
	set, dir := published(t)
	f := datasets.Folder{Set: set, Dir: dir}
	states, digest := f.Verify()
	for _, s := range states {
		if s.Status != datasets.Published || s.Problem != "" {
			t.Errorf("%+v", s)
		}
	}
	if len(states) != 4 || digest != set.Digest {
		t.Errorf("%d states, digest %s", len(states), digest)
	}
	name := func(i int) string { return filepath.Join(dir, set.Files[i].Name+".gz") }
	other := lookalike.Files(60, 20, 2)
	write(t, name(0), lookalike.Gzip(other[set.Files[0].Name]))
	write(t, name(1), read(t, name(3)))
	write(t, name(2), read(t, name(2))[:100])
	if err := os.Remove(name(3)); err != nil {
		t.Fatal(err)
	}
	states, digest = f.Verify()
	for i, want := range []datasets.State{
		{Status: datasets.Sound}, {Status: datasets.Unusable, Problem: "holds the content of t10k-labels-idx1-ubyte"},
		{Status: datasets.Unusable, Problem: "is cut off"}, {Status: datasets.Missing, Problem: "is missing"},
	} {
		if s := states[i]; s.Status != want.Status || !strings.HasPrefix(s.Problem, want.Problem) || s.Path != name(i) || s.File != set.Files[i].Name {
			t.Errorf("file %d: %+v", i, s)
		}
	}
	if digest != "" {
		t.Errorf("a broken set has digest %s", digest)
	}
}

func TestASetThatIsNotThereIsToldWithItsRemedy(t *testing.T) {
	set, dir := published(t)
	for name, where := range map[string]string{"no folder": filepath.Join(dir, "none"), "an empty folder": t.TempDir()} {
		want := "data set mnist is not in " + where + ": run `sweep data fetch mnist`, or `sweep data import mnist DIR` with a folder that holds its files"
		if _, err := (datasets.Folder{Set: set, Dir: where}).Load(); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Truncate(filepath.Join(dir, set.Files[0].Name+".gz"), 99); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, set.Files[3].Name+".gz")); err != nil {
		t.Fatal(err)
	}
	_, err := datasets.Folder{Set: set, Dir: dir}.Load()
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{"train-images-idx3-ubyte.gz is cut off", "t10k-labels-idx1-ubyte.gz is missing"} {
		if len(lines) != 2 || !strings.Contains(lines[i], want) || !strings.HasSuffix(lines[i], set.Remedy()) {
			t.Errorf("%q", lines)
		}
	}
}

func TestALibraryGivesOutTheSetThatTheTrialWasPlannedWith(t *testing.T) {
	root := datasets.Root{Path: t.TempDir()}
	lib := datasets.NewLibrary(root)
	if _, err := lib.Digest("mnist"); err == nil || !strings.Contains(err.Error(), "sweep data import mnist") {
		t.Errorf("got %v", err)
	}
	if _, err := lib.Digests([]string{"mnistt"}); err == nil {
		t.Error("an unknown set has a digest")
	}
	if err := errors.Join(os.Mkdir(filepath.Join(root.Path, "mnist"), 0o755), lookalike.Write(filepath.Join(root.Path, "mnist"), 60, 20, 1)); err != nil {
		t.Fatal(err)
	}
	digests, err := lib.Digests([]string{"mnist"})
	if err != nil || len(digests["mnist"]) != 64 {
		t.Fatalf("%v, %v", digests, err)
	}
	one, err := lib.MNIST(digests["mnist"])
	again, _ := lib.MNIST(digests["mnist"])
	if err != nil || one != again || one.Train.Len() != 60 {
		t.Errorf("%v: two trials have two copies", err)
	}
	for digest, want := range map[string]string{
		strings.Repeat("1a", 32): "expected 1a1a1a1a1a1a): name the folder of that set",
		data.PublishedDigest:     "expected b2d8f5bf3917): run `sweep data fetch mnist`",
	} {
		if _, err := lib.MNIST(digest); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	}
}
