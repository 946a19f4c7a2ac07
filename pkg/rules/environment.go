package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// production is true for objects that are written for a production
// environment, by a folder of their path. Shared bases are not.
func production(object *model.Object) bool { return productionFile(object.Location.File) }

// productionFile is production for files that are no objects.
func productionFile(file string) bool {
	for _, folder := range strings.Split(strings.ToLower(file), "/") {
		switch folder, _, _ = strings.Cut(folder, "-"); folder {
		case "production", "prod", "prd":
			return true
		}
	}
	return false
}

// example is true for files of tests, documents, templates and examples, by a
// folder of the path or by the name: they hold made-up values more often than
// real ones.
func example(file string) bool {
	parts := strings.Split(strings.ToLower(file), "/")
	for _, folder := range parts[:len(parts)-1] {
		if exampleFolders[folder] {
			return true
		}
	}
	return exampleName().MatchString(parts[len(parts)-1])
}

var exampleFolders = map[string]bool{
	"test":          true,
	"tests":         true,
	"testdata":      true,
	"testing":       true,
	"fixture":       true,
	"fixtures":      true,
	"e2e":           true,
	"example":       true,
	"examples":      true,
	"sample":        true,
	"samples":       true,
	"mock":          true,
	"mocks":         true,
	"demo":          true,
	"demos":         true,
	"doc":           true,
	"docs":          true,
	"documentation": true,
	"template":      true,
	"templates":     true,
	"skeleton":      true,
	"skeletons":     true,
	"boilerplate":   true,
	"tutorial":      true,
	"tutorials":     true,
	"workshop":      true,
	"workshops":     true,
	"playground":    true,
	"devcontainer":  true,
	".devcontainer": true,
}

// exampleName finds the words example, sample, template and tmpl in the name of
// a file, as in secret.example.yaml and secret-template.yaml.
var exampleName = lazyregexp.New(`(^|[-._])(example|sample|template|tmpl|dummy|fake)([-._]|$)`)

// hasFolder is true when some folder of a path has that name.
func hasFolder(file, name string) bool {
	for _, folder := range strings.Split(strings.ToLower(file), "/") {
		if folder == name {
			return true
		}
	}
	return false
}
