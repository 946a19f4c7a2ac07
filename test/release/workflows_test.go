package release

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pinned is a use of an action by its digest, with the version for people.
var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func workflows(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yaml"))
	if err != nil || len(found) < 4 {
		t.Fatalf("found the workflows %v: %v", found, err)
	}
	return found
}

func TestActionsArePinned(t *testing.T) {
	uses := 0
	for _, file := range append(workflows(t), filepath.Join(root, "action.yml")) {
		for line := range strings.Lines(string(readFile(t, file))) {
			_, action, found := strings.Cut(line, "uses: ")
			action = strings.TrimSpace(action)
			if !found || strings.HasPrefix(action, "./") {
				continue
			}
			uses++
			if !pinned.MatchString(action) {
				t.Errorf("%s uses %s; want owner/name@<40 digits> # v1.2.3", filepath.Base(file), action)
			}
		}
	}
	if uses < 10 {
		t.Errorf("found only %d uses of actions", uses)
	}
}

func TestWorkflowsAreValid(t *testing.T) {
	// actionlint also runs shellcheck, where there is one.
	arguments := append([]string{"tool", "actionlint"}, absolute(t, workflows(t))...)
	if err := run(".", nil, "go", arguments...); err != nil {
		t.Error(err)
	}
}

func TestWorkflowsStartWithoutRights(t *testing.T) {
	for _, file := range workflows(t) {
		var workflow struct {
			Permissions map[string]string `yaml:"permissions"`
		}
		readYAML(t, file, &workflow)
		if len(workflow.Permissions) != 1 || workflow.Permissions["contents"] != "read" {
			t.Errorf("%s gives all its jobs the permissions %v, want contents: read", filepath.Base(file), workflow.Permissions)
		}
	}
}

// Releases can be built again only with the same toolchain, so the workflows
// name one.
func TestWorkflowsUseOneToolchain(t *testing.T) {
	versions := map[string][]string{}
	for _, file := range workflows(t) {
		for line := range bytes.Lines(readFile(t, file)) {
			if _, version, found := strings.Cut(string(line), "go-version: "); found {
				version = strings.TrimSpace(version)
				versions[version] = append(versions[version], filepath.Base(file))
			}
		}
	}
	if len(versions) != 1 {
		t.Errorf("the workflows use %d toolchains: %v", len(versions), versions)
	}
}

func absolute(t *testing.T, paths []string) []string {
	t.Helper()
	for i, path := range paths {
		full, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		paths[i] = full
	}
	return paths
}
