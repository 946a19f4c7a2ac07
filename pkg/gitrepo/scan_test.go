package gitrepo

import (
	"os"
	"path/filepath"
	"testing"
)

// writeTree writes files below a temporary folder and returns it.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestScan(t *testing.T) {
	root := writeTree(t, map[string]string{
		"apps/a.yaml": "# first\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n" +
			"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: k\n  namespace: flux-system\nspec:\n  path: ./apps\n",
		"README.md": "# fleet\n",
	})
	repo, problems, err := Scan(t.Context(), Options{Root: root})
	if err != nil || len(problems) != 0 {
		t.Fatal(err, problems)
	}
	if repo.Files != 2 || repo.YAMLFiles != 1 || len(repo.Documents) != 2 || len(repo.Objects) != 1 {
		t.Fatalf("got %+v", repo)
	}
	object := repo.Objects[0]
	if object.ID.String() != "Kustomization/flux-system/k" || object.Location.String() != "apps/a.yaml:8" || object.Location.Document != 1 {
		t.Errorf("got %s at %s, document %d", object.ID, object.Location, object.Location.Document)
	}
	if string(object.RawSpec) != `{"path":"./apps"}` {
		t.Errorf("got spec %s", object.RawSpec)
	}
}
