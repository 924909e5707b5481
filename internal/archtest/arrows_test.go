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
)

const module = "sweep"

// arrows lists, for each package or folder, which of our packages its code may
// import. A name that ends in "/" stands for everything below it; a package
// that no line names fails the test, so that a new room is a decision.
var arrows = map[string][]string{
	"training":             {},
	"training/kernels":     {},
	"training/kernels/":    {"training/kernels"},
	"training/plan":        {"training/kernels", "training/nets"},
	"training/nets":        {"training", "training/kernels"},
	"training/unroll":      {"training", "training/kernels", "training/nets", "training/plan"},
	"training/checkpoint":  {"training"},
	"training/tasks":       {"training", "training/checkpoint", "training/kernels"},
	"training/tasks/":      {"training", "training/"},
	"training/engine":      {"training", "training/"},
	"sweeps":               {"training"},
	"storage":              {},
	"storage/migrations":   {},
	"storage/storagetest":  {"storage"},
	"storage/":             {"storage", "storage/migrations", "training"},
	"report":               {"storage", "sweeps", "training"},
	"activities":           {"storage", "sweeps", "training"},
	"workflows":            {"activities", "sweeps", "training"},
	"internal/archtest":    {},
	"internal/composetest": {},
	"internal/devstack":    {},
	"internal/endtoend":    {},
	"internal/devstack/":   {"internal/devstack", "internal/devstack/"},
	"cmd/sweep":            {"activities", "internal/devstack", "report", "storage", "storage/", "sweeps", "training", "training/", "workflows"},
	"cmd/bench-ingest":     {"internal/devstack", "internal/devstack/", "storage", "storage/"},
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
	all := imports(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		allowed, known := lookup(name)
		if !known {
			t.Errorf("%s: no arrow names this package", name)
		}
		for _, imp := range all[name] {
			if own, ours := strings.CutPrefix(imp, module+"/"); ours && !matches(own, allowed) {
				t.Errorf("%s imports %s", name, own)
			}
			if name == "workflows" && slices.Contains(undecided, imp) {
				t.Errorf("workflows imports %s", imp)
			}
			for fence, inside := range fences {
				if strings.HasPrefix(imp, fence) && !matches(name, inside) {
					t.Errorf("%s imports %s", name, imp)
				}
			}
			if (name == "training" || name == "storage") && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
				t.Errorf("%s imports %s: the vocabularies know the standard library only", name, imp)
			}
		}
	}
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
func imports(t *testing.T) map[string][]string {
	t.Helper()
	root := os.DirFS("../..")
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
