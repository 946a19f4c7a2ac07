package gitrepo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func TestLink(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"clusters/prod/apps.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ../apps/prod}\n",
		"apps/prod/kustomization.yaml": `resources:
  - ../base
  - ../bare
  - gone.yaml
  # - off.yaml
  - https://example.com/remote.yaml
  - ../../../outside
patches:
  - path: patch.yaml
configMapGenerator:
  - name: c
    files: [missing.conf]
`,
		"apps/prod/patch.yaml":         "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
		"apps/prod/off.yaml":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: off}\n",
		"apps/base/kustomization.yaml": "resources: [deployment.yaml]\n",
		"apps/base/deployment.yaml":    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
		"apps/bare/cm.yaml":            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bare}\n",
		"unused/kustomization.yaml":    "resources: [nothing.yaml]\n",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	repo, problems, err := Scan(context.Background(), Options{Root: root})
	if err != nil || len(problems) != 0 {
		t.Fatal(err, problems)
	}
	got := map[string][]string{}
	for _, k := range repo.Kustomizations {
		note := func(what string, entries []model.KustomizeEntry) {
			for _, e := range entries {
				got[k.File] = append(got[k.File], fmt.Sprintf("%s %s:%d %s", what, e.Field, e.Line, e.Entry))
			}
		}
		note("entry", k.Entries)
		note("bare", k.Bare)
		note("missing", k.Missing)
		note("disabled", k.Disabled)
		note("remote", k.Remote)
		if k.Reached {
			got[k.File] = append(got[k.File], "reached")
		}
	}
	for file, want := range map[string][]string{
		"apps/prod/kustomization.yaml": {
			"entry resources:2 ../base", "entry patches:9 patch.yaml", "bare resources:3 ../bare",
			"missing resources:4 gone.yaml", "missing configMapGenerator:12 missing.conf",
			"disabled resources:5 off.yaml", "remote resources:6 https://example.com/remote.yaml", "reached",
		},
		"apps/base/kustomization.yaml": {"entry resources:1 deployment.yaml", "reached"},
		"unused/kustomization.yaml":    {"missing resources:1 nothing.yaml"},
	} {
		if !slices.Equal(got[file], want) {
			t.Errorf("%s:\ngot  %q\nwant %q", file, got[file], want)
		}
	}
	for _, document := range repo.Documents {
		if want := document.File == "apps/prod/patch.yaml"; document.Patch != want {
			t.Errorf("%s: patch = %t", document.File, document.Patch)
		}
	}
}
