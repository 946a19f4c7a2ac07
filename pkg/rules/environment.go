package rules

import (
	"strings"

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

// exampleFolder is true for files of tests and examples, which hold made-up
// values more often than real ones.
func exampleFolder(file string) bool {
	for _, folder := range strings.Split(strings.ToLower(file), "/") {
		switch folder {
		case "test", "tests", "testdata", "fixtures", "e2e", "example", "examples", "sample", "samples", "mock", "mocks":
			return true
		}
	}
	return false
}

// hasFolder is true when some folder of a path has that name.
func hasFolder(file, name string) bool {
	for _, folder := range strings.Split(strings.ToLower(file), "/") {
		if folder == name {
			return true
		}
	}
	return false
}
