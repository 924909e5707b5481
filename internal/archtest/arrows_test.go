package archtest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "sweep"

// arrows lists, for each package or folder, which of our packages its code may
// import. A name that ends in "/" stands for everything below it; a package
// that no line names fails the test, so that a new room is a decision.
var arrows = map[string][]string{
	"training":                   {},
	"training/kernels":           {},
	"training/kernels/":          {"training/kernels"},
	"training/plan":              {"training/kernels", "training/nets"},
	"training/nets":              {"training", "training/kernels"},
	"training/unroll":            {"training", "training/kernels", "training/nets", "training/plan"},
	"training/checkpoint":        {"training"},
	"training/scores":            {"training/kernels"},
	"training/tasks":             {"training", "training/checkpoint", "training/kernels"},
	"training/tasks/":            {"training", "training/"},
	"training/engine":            {"training", "training/"},
	"training/stock":             {},
	"sweeps":                     {"training"},
	"storage":                    {},
	"storage/migrations":         {},
	"storage/storagetest":        {"storage"},
	"storage/":                   {"storage", "storage/migrations", "training"},
	"report":                     {"report/", "storage", "sweeps", "training"},
	"report/chart":               {},
	"report/stats":               {},
	"report/web":                 {"report", "storage", "sweeps", "training"},
	"activities":                 {"storage", "sweeps", "training"},
	"workflows":                  {"activities", "sweeps", "training"},
	"internal/archtest":          {},
	"internal/composetest":       {},
	"internal/datasets":          {"internal/datasets/pictures", "training/tasks/faces/data", "training/tasks/faces/pfaces", "training/tasks/mnist/data"},
	"internal/datasets/pictures": {},
	"internal/devstack":          {},
	"internal/webhook":           {},
	"internal/endtoend":          {},
	"internal/devstack/":         {"internal/devstack", "internal/devstack/"},
	"cmd/sweep":                  {"activities", "internal/datasets", "internal/devstack", "internal/webhook", "report", "report/web", "storage", "storage/", "sweeps", "training", "training/", "workflows"},
	"cmd/bench-train":            {"training", "training/"},
	"cmd/train-reader":           {"training/"},
	"cmd/train-lenet":            {"internal/datasets", "training/"},
	"cmd/bench-pages":            {"internal/devstack", "internal/devstack/", "report", "report/web", "storage", "storage/"},
	"cmd/bench-ingest":           {"internal/devstack", "internal/devstack/", "storage", "storage/"},

	"cmd/gpu-check":          {"training", "training/"},
	"training/kernels/cuda/": {"training/kernels", "training/kernels/cuda"},
}

// fences lists modules that only the named packages may import.
var fences = map[string][]string{
	"gorgonia.org/":               {"training/"},
	"github.com/jackc/pgx":        {"storage/metrics"},
	"github.com/minio/minio-go":   {"storage/objects"},
	"go.temporal.io/":             {"activities", "workflows", "internal/devstack", "internal/devstack/", "cmd/sweep"},
	"go.temporal.io/sdk/workflow": {"workflows"},
}

// undecided are packages that make a workflow's decisions depend on more than
// its history. workflowcheck lets some of them through.
var undecided = []string{"os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "github.com/google/uuid", "sync"}

func TestEveryImportFollowsTheArrows(t *testing.T) {
	for _, v := range violations(imports(t, os.DirFS("../.."))) {
		t.Error(v)
	}
}

func TestPlantedMistakesAreFound(t *testing.T) {
	planted := fstest.MapFS{}
	for file, imp := range map[string]string{
		"activities/a.go":      "sweep/training/nets",
		"workflows/w.go":       "os",
		"elsewhere/e.go":       "fmt",
		"sweeps/s.go":          "github.com/jackc/pgx/v5",
		"training/t.go":        "gorgonia.org/gorgonia",
		"training/nets/n.go":   "sweep/storage",
		"report/gpu.go":        "sweep/storage/metrics",
		"storage/objects/o.go": "sweep/storage", // allowed
	} {
		planted[file] = &fstest.MapFile{Data: []byte("//go:build gpu\n\npackage p\n\nimport _ \"" + imp + "\"\n")}
	}
	found := violations(imports(t, planted))
	for _, want := range []string{"activities imports training/nets", "workflows imports os", "elsewhere: no arrow", "sweeps imports github.com/jackc/pgx",
		"training imports gorgonia.org", "training/nets imports storage", "report imports storage/metrics"} {
		if !slices.ContainsFunc(found, func(v string) bool { return strings.HasPrefix(v, want) }) {
			t.Errorf("not found: %s, in %q", want, found)
		}
	}
	if len(found) != 7 {
		t.Errorf("%d violations, expected one for each of the 7 mistakes: %q", len(found), found)
	}
}

// violations lists every import that no arrow allows.
func violations(all map[string][]string) (found []string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		allowed, known := lookup(name)
		if !known {
			found = append(found, name+": no arrow names this package")
		}
		for _, imp := range all[name] {
			if forbidden(name, imp, allowed) {
				found = append(found, name+" imports "+strings.TrimPrefix(imp, module+"/"))
			}
		}
	}
	return found
}

func forbidden(name, imp string, allowed []string) bool {
	if own, ours := strings.CutPrefix(imp, module+"/"); ours {
		return !matches(own, allowed)
	}
	if name == "workflows" && slices.Contains(undecided, imp) {
		return true
	}
	if name == "training" || name == "storage" { // the vocabularies know the standard library only
		first, _, _ := strings.Cut(imp, "/")
		return strings.Contains(first, ".")
	}
	for fence, inside := range fences {
		if strings.HasPrefix(imp, fence) && !matches(name, inside) {
			return true
		}
	}
	return false
}

// lookup finds the most exact line for a package.
func lookup(name string) ([]string, bool) {
	if a, ok := arrows[name]; ok {
		return a, true
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if a, ok := arrows[dir+"/"]; ok {
			return a, true
		}
	}
	return nil, false
}

func matches(name string, list []string) bool {
	return slices.ContainsFunc(list, func(l string) bool {
		return l == name || strings.HasSuffix(l, "/") && strings.HasPrefix(name, l)
	})
}

// imports reads the import lines of every package of this module. It reads the
// files itself, so that the test runner notices when one of them changes.
func imports(t *testing.T, root fs.FS) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && foreign(root, p, d.Name()):
			return fs.SkipDir
		case d.IsDir() || path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go"):
			return nil
		}
		list, err := importsOf(root, p)
		all[path.Dir(p)] = append(all[path.Dir(p)], list...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// foreign tells folders that hold none of this module's packages.
func foreign(root fs.FS, p, name string) bool {
	if strings.HasPrefix(name, ".") || name == "testdata" || name == "bin" || name == "out" {
		return true
	}
	_, err := fs.Stat(root, path.Join(p, "go.mod"))
	return err == nil
}

func importsOf(root fs.FS, p string) ([]string, error) {
	src, err := fs.ReadFile(root, p)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(token.NewFileSet(), p, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, s := range f.Imports {
		imp, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, imp)
	}
	return list, nil
}
