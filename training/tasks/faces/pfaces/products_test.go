package pfaces_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Go may fuse a float's product with the sum that follows, and architectures
// differ in it: outside mul and the files whose numbers are integers there is no
// product.
func TestProductsOfFloatsAreRoundedByThemselves(t *testing.T) {
	whole := []string{"fill.go", "colour.go", "canvas.go", "nuisance.go", "modes.go", "set.go", "variants.go"}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if slices.Contains(whole, name) || strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.FuncDecl); ok && d.Name.Name == "mul" {
				return false
			}
			if e, ok := n.(*ast.BinaryExpr); ok && e.Op == token.MUL && !doubled(e) {
				t.Errorf("%s: a product outside mul", set.Position(e.OpPos))
			}
			return true
		})
	}
}

// doubled tells 2·x, which is exact.
func doubled(e *ast.BinaryExpr) bool {
	lit, ok := e.X.(*ast.BasicLit)
	return ok && lit.Value == "2"
}
