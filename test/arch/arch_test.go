// Package arch holds the direction of imports in place.
package arch

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/fluxctx/kubectl-fluxctx/"

// leaves are imported by many and know little themselves.
var leaves = []string{"pkg/api/v1alpha1", "pkg/focus", "pkg/fluxkind", "pkg/fluxver", "pkg/lazyregexp", "pkg/markdown", "pkg/model", "pkg/sanitize"}

// mayImport lists, for each package or tree of packages, which others of this
// module it may import; what is not listed here may import nothing.
var mayImport = map[string][]string{
	"cmd/kubectl-fluxctx": {"pkg/cmd", "pkg/cmdutil"},

	"pkg/cmd":     append([]string{"pkg/cmd", "pkg/cmdutil", "pkg/engine", "pkg/cluster", "pkg/docs", "pkg/gitrepo", "pkg/output", "pkg/rules", "pkg/session", "pkg/ui", "pkg/version"}, leaves...),
	"pkg/cmdutil": {"pkg/api/v1alpha1", "pkg/focus", "pkg/sanitize", "pkg/ui"},
	"pkg/output":  {"pkg/api/v1alpha1", "pkg/lazyregexp", "pkg/ui"},

	"pkg/engine": append([]string{"pkg/cluster", "pkg/docs", "pkg/gitrepo", "pkg/guidance", "pkg/merge", "pkg/render", "pkg/rules", "pkg/session"}, leaves...),

	"pkg/cluster":  append([]string{"pkg/status"}, leaves...),
	"pkg/gitrepo":  leaves,
	"pkg/render":   leaves,
	"pkg/docs":     leaves,
	"pkg/session":  leaves,
	"pkg/merge":    append([]string{"pkg/status"}, leaves...),
	"pkg/rules":    append([]string{"pkg/status"}, leaves...),
	"pkg/guidance": append([]string{"pkg/status"}, leaves...),
	"pkg/status":   {"pkg/fluxkind", "pkg/model"},

	"pkg/fluxkind": {"pkg/model", "pkg/sanitize"},
	"pkg/fluxver":  {"pkg/model"},
	"pkg/model":    {"pkg/lazyregexp"},
}

// onlyIn lists outside packages and the only places that may import them.
var onlyIn = map[string][]string{
	"github.com/charmbracelet/lipgloss": {"pkg/ui", "pkg/output"},
	"github.com/spf13/cobra":            {"pkg/cmd", "pkg/cmdutil"},
	"k8s.io/client-go":                  {"pkg/cluster", "pkg/cmdutil", "cmd/kubectl-fluxctx"},
	"net/http":                          {"pkg/cluster", "pkg/docs"},
	"os/exec":                           {"pkg/gitrepo"},
}

// pure packages do no I/O: neither files nor network nor processes. (Package net
// also splits addresses; what dials is net/http here.)
var pure = []string{"pkg/merge", "pkg/rules", "pkg/guidance", "pkg/status", "pkg/model", "pkg/focus", "pkg/fluxkind", "pkg/markdown", "pkg/output"}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportDirections(t *testing.T) {
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "./cmd/...", "./pkg/...")
	command.Dir = "../.."
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for decoder.More() {
		var p goPackage
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		check(t, strings.TrimPrefix(p.ImportPath, module), p.Imports)
	}
	if seen < 10 {
		t.Fatalf("go list named only %d packages", seen)
	}
}

func check(t *testing.T, from string, imports []string) {
	allowed := rule(from)
	for _, imported := range imports {
		if to, ok := strings.CutPrefix(imported, module); ok {
			if !within(from, owner(to)) && !slices.ContainsFunc(allowed, func(tree string) bool { return within(to, tree) }) {
				t.Errorf("%s may not import %s", from, to)
			}
			continue
		}
		for outside, places := range onlyIn {
			if within(imported, outside) && !slices.ContainsFunc(places, func(tree string) bool { return within(from, tree) }) {
				t.Errorf("%s may not import %s: only %s may", from, imported, strings.Join(places, ", "))
			}
		}
		if slices.Contains([]string{"os", "net/http", "os/exec"}, imported) && slices.ContainsFunc(pure, func(tree string) bool { return within(from, tree) }) {
			t.Errorf("%s may not import %s: it does no I/O", from, imported)
		}
	}
}

// rule returns what a package may import, by the longest tree that holds it.
func rule(from string) []string { return mayImport[owner(from)] }

// owner is the tree of the table that a package belongs to, or the package.
func owner(path string) string {
	best := ""
	for tree := range mayImport {
		if within(path, tree) && len(tree) > len(best) {
			best = tree
		}
	}
	if best == "" {
		return path
	}
	return best
}

func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}
