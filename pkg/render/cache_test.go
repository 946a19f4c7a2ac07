package render

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// entriesOf are the names and contents of a cache's files, but for those of whole
// renderings.
func entriesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(file.Name(), "tree-") {
			found[file.Name()] = string(content)
		}
	}
	return found
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCache: an unchanged tree renders nothing the second time, a change renders
// what depends on it and nothing else.
func TestCache(t *testing.T) {
	root := writeTree(t, map[string]string{
		"a/root.yaml": flux("root", "./a"), "a/app.yaml": flux("app", "./app/prod", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}\n"),
		"a/other.yaml": flux("other", "./plain"), "a/settings.yaml": configMap("settings", "x: one"),
		"a/secret.yaml":               "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: flux-system}\nstringData: {password: hunter2}\n",
		"app/prod/kustomization.yaml": "resources: [../base]\n", "app/base/kustomization.yaml": "resources: [cm.yaml]\n",
		"app/base/cm.yaml": configMap("cm", `a: "${x}"`), "plain/cm.yaml": configMap("plain"),
	})
	folder := filepath.Join(t.TempDir(), "rendered")
	run := func(version string, lookup Lookup) (*model.Rendering, bool) {
		t.Helper()
		cache, err := OpenCache(folder, version)
		if err != nil {
			t.Fatal(err)
		}
		repo, files := scan(t, root)
		rendering, problems := Run(t.Context(), repo, files, Options{Cache: cache, Lookup: lookup})
		if len(problems) != 0 {
			t.Fatal(problems)
		}
		if err := cache.Close(); err != nil {
			t.Fatal(err)
		}
		return rendering, slices.ContainsFunc(rendering.Builds, func(b model.RenderedBuild) bool { return !b.Cached })
	}
	first, built := run("1", nil)
	if !built || len(first.Builds) != 3 || len(entriesOf(t, folder)) != 3 {
		t.Fatal(built, builds(first), len(entriesOf(t, folder)))
	}
	for name, content := range entriesOf(t, folder) {
		if strings.Contains(content, "hunter2") {
			t.Errorf("%s holds a secret", name)
		}
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info, err)
	}
	second, built := run("1", nil)
	if built {
		t.Error("an unchanged tree was rendered again")
	}
	for i := range second.Builds {
		if first.Builds[i].Cached || !second.Builds[i].Cached {
			t.Errorf("%s is not said to come from the cache", second.Builds[i].Owner)
		}
		second.Builds[i].Cached = false
	}
	if !reflect.DeepEqual(first, second) {
		t.Errorf("from the cache comes\n%s\nnot\n%s", asJSON(second), asJSON(first))
	}
	for _, test := range []struct {
		name   string
		change func()
		want   int // further entries
	}{
		{"a file of a base", func() { write(t, root, "app/base/cm.yaml", configMap("cm", `a: "${x}!"`)) }, 0},
		{"a variable", func() { write(t, root, "a/settings.yaml", configMap("settings", "x: two")) }, 1},
		{"a new file in a folder without kustomization", func() { write(t, root, "plain/new.yaml", configMap("new")) }, 0},
		{"a kustomization where there was none", func() { write(t, root, "plain/kustomization.yaml", "resources: [cm.yaml]\n") }, 0},
		{"a kustomization of another name beside it", func() { write(t, root, "app/base/Kustomization", "resources: [cm.yaml]\n") }, 0},
		{"an owner moved down a line", func() { write(t, root, "a/other.yaml", "# moved\n"+flux("other", "./plain")) }, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := len(entriesOf(t, folder))
			old, _ := run("1", nil)
			test.change()
			changed, built := run("1", nil)
			for i := range old.Builds {
				old.Builds[i].Cached = false
			}
			for i := range changed.Builds {
				changed.Builds[i].Cached = false
			}
			if !built || reflect.DeepEqual(old, changed) {
				t.Errorf("the change was not seen: %v", builds(changed))
			}
			if got := len(entriesOf(t, folder)) - before; got != test.want {
				t.Errorf("%d further entries, not %d", got, test.want)
			}
			if _, built := run("1", nil); built {
				t.Error("rendered again")
			}
		})
	}
	t.Run("a file far away", func(t *testing.T) {
		write(t, root, "README.md", "x")
		if _, built := run("1", nil); built {
			t.Error("rendered again")
		}
	})
	t.Run("another version of the program", func(t *testing.T) {
		if _, built := run("2", nil); !built {
			t.Error("taken from another version")
		}
	})
	t.Run("damaged entries", func(t *testing.T) {
		want, _ := run("1", nil)
		for _, name := range wholes(t, folder) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		for name, content := range entriesOf(t, folder) {
			write(t, folder, name, strings.Replace(content, "ConfigMap", "ConfigNap", 1))
		}
		got, built := run("1", nil)
		for i := range got.Builds {
			got.Builds[i].Cached, want.Builds[i].Cached = false, false
		}
		if !built || !reflect.DeepEqual(got, want) {
			t.Error("damaged entries were used")
		}
	})
	t.Run("what the cluster says", func(t *testing.T) {
		write(t, root, "a/app.yaml", flux("app", "./plain", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: live}]}\n"))
		write(t, root, "plain/cm.yaml", configMap("plain", `a: "${y}"`))
		for _, value := range []string{"one", "two"} {
			rendering, built := run("1", func(context.Context, model.ID) (map[string]string, error) { return map[string]string{"y": value}, nil })
			if cm := object(t, rendered(t, rendering, "app"), "ConfigMap", "plain"); !built || !strings.Contains(string(cm.Body), `"a":"`+value+`"`) {
				t.Errorf("got %s", cm.Body)
			}
		}
	})
}

// TestCacheTrim: the oldest entries and what was left over make room.
func TestCacheTrim(t *testing.T) {
	folder := t.TempDir()
	cache, err := OpenCache(folder, "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old", "new", "half.1"} {
		write(t, folder, name, name)
	}
	if err := os.Truncate(filepath.Join(folder, "old"), maxCacheBytes); err != nil {
		t.Skip(err)
	}
	newest, err := os.Stat(filepath.Join(folder, "new"))
	if err != nil {
		t.Fatal(err)
	}
	past := newest.ModTime().Add(-1e9)
	if err := os.Chtimes(filepath.Join(folder, "old"), past, past); err != nil {
		t.Fatal(err)
	}
	cache.wrote.Store(true)
	if err := cache.Close(); err != nil {
		t.Fatal(err)
	}
	if left := sortedKeys(entriesOf(t, folder)); len(left) != 1 || left[0] != "new" {
		t.Errorf("left: %v", left)
	}
	var none *Cache
	if err := none.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenCache(filepath.Join(folder, "new", "below"), "1"); err == nil {
		t.Error("a file is no folder")
	}
}
