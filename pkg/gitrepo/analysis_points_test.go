package gitrepo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestPoints holds the twelve things that an analysis tells of a project to one
// tree that has them all: each statement, and the very line that proves it.
func TestPoints(t *testing.T) {
	files := monorepo()
	files["clusters/production/tenant.yaml"] = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n  labels:\n    toolkit.fluxcd.io/tenant: web\n---\n" +
		strings.Replace(fluxKustomization("web", "./tenants/web", "  serviceAccountName: web\n"), "namespace: flux-system", "namespace: web", 1)
	files["clusters/production/database.yaml"] = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: charts\n  namespace: flux-system\nspec:\n  interval: 1h\n  url: https://charts.example.com\n---\n" +
		"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: database\n  namespace: flux-system\nspec:\n  interval: 1h\n  chart:\n    spec:\n      chart: postgresql\n      version: 16.x\n      sourceRef:\n        kind: HelmRepository\n        name: charts\n"
	files["clusters/production/unused.yaml"] = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: unused\n  namespace: flux-system\nspec:\n  url: oci://ghcr.io/acme/unused\n"
	files["tenants/web/job.yaml"] = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: web\n"
	files["old/argo.yaml"] = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: cart\nspec: {}\n"
	files[".github/workflows/test.yaml"] = "on: pull_request\njobs:\n  test:\n    steps:\n      - run: kustomize build apps/staging | kubeconform\n"
	root := writeTree(t, files)
	repo, _, err := Scan(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	checkAnalysis(t, repo)

	proof := func(e model.Evidence) string {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(content), "\n")
		if e.Line < 1 || e.Line > len(lines) {
			t.Fatalf("%s has no such line", e.Location)
		}
		return e.Location.String() + " " + strings.TrimSpace(lines[e.Line-1])
	}
	a := repo.Analysis
	said := map[string][]string{}
	note := func(section, topic string, list []model.Evidence) {
		for _, e := range list {
			said[section+" "+topic] = append(said[section+" "+topic], proof(e))
		}
	}
	for section, list := range map[string][]model.Statement{
		"structure": a.Structure, "workflows": a.Workflows, "promotion": a.Promotion, "access": a.Access, "migration": a.Migration, "optimisation": a.Optimisation,
	} {
		for _, s := range list {
			note(section, s.Topic, s.Evidence)
		}
	}
	for _, s := range a.Compliance {
		note("compliance", fmt.Sprintf("%s %t", s.Topic, s.Met), s.Evidence)
	}
	for _, s := range a.Applications {
		note("application", s.Name, s.Evidence)
	}
	for _, s := range a.Dependencies {
		note("dependency", s.Object.Name, s.Evidence)
	}
	for _, s := range a.Sources {
		note("source", s.Object.Name, s.Evidence)
	}
	for _, s := range a.Targets {
		note("target", s.Cluster, s.Evidence)
	}

	for _, point := range []struct {
		name string
		// want are the proofs of each statement.
		want map[string][]string
	}{
		{"existing manifests and deployment patterns", map[string][]string{"workflows manifests": {
			"apps/base/shop/kustomization.yaml:1 apiVersion: kustomize.config.k8s.io/v1beta1",
			"apps/base/shop/shop.yaml:1 apiVersion: apps/v1",
			"clusters/production/tenant.yaml:1 apiVersion: v1",
			"old/argo.yaml:1 apiVersion: argoproj.io/v1alpha1",
			"tenants/web/job.yaml:1 apiVersion: batch/v1",
		}}},
		{"deployment workflows and CI", map[string][]string{
			"workflows ci": {".github/workflows/test.yaml:5 - run: kustomize build apps/staging | kubeconform"},
		}},
		{"application structure and dependencies", map[string][]string{
			"application database": {"clusters/production/database.yaml:15 spec:"},
			"application shop":     {"apps/base/shop/shop.yaml:1 apiVersion: apps/v1"},
			"dependency apps":      {"clusters/production/apps.yaml:13 dependsOn:", "clusters/staging/apps.yaml:13 dependsOn:"},
		}},
		{"what could move to Flux", map[string][]string{"migration argo-cd": {"old/argo.yaml:1 apiVersion: argoproj.io/v1alpha1"}}},
		{"existing Flux resources and their configuration", map[string][]string{"workflows flux-objects": {
			"clusters/production/apps.yaml:1 apiVersion: kustomize.toolkit.fluxcd.io/v1",
			"clusters/production/database.yaml:1 apiVersion: source.toolkit.fluxcd.io/v1",
			"clusters/production/database.yaml:10 apiVersion: helm.toolkit.fluxcd.io/v2",
			"clusters/production/flux-system/gotk-sync.yaml:1 apiVersion: source.toolkit.fluxcd.io/v1",
			"clusters/production/unused.yaml:1 apiVersion: source.toolkit.fluxcd.io/v1",
		}}},
		{"workflow patterns", map[string][]string{"workflows sync": {
			"clusters/production/apps.yaml:1 apiVersion: kustomize.toolkit.fluxcd.io/v1",
			"clusters/production/flux-system/gotk-sync.yaml:20 path: ./clusters/production",
			"clusters/staging/apps.yaml:1 apiVersion: kustomize.toolkit.fluxcd.io/v1",
			"clusters/staging/flux-system/gotk-sync.yaml:20 path: ./clusters/staging",
		}, "workflows order": {"clusters/production/apps.yaml:13 dependsOn:"}}},
		{"sources and deployment targets", map[string][]string{
			"source charts":      {"clusters/production/database.yaml:8 url: https://charts.example.com"},
			"source flux-system": {"clusters/production/flux-system/gotk-sync.yaml:8 url: ssh://git@github.com/acme/fleet", "clusters/staging/flux-system/gotk-sync.yaml:8 url: ssh://git@github.com/acme/fleet"},
			"target staging":     {"clusters/staging/apps.yaml:1 apiVersion: kustomize.toolkit.fluxcd.io/v1", "clusters/staging/flux-system/gotk-sync.yaml:20 path: ./clusters/staging"},
		}},
		{"optimisation", map[string][]string{"optimisation unused-sources": {"clusters/production/unused.yaml:7 url: oci://ghcr.io/acme/unused"}}},
		{"organisation", map[string][]string{"structure pattern": {
			"clusters/production/apps.yaml:1 apiVersion: kustomize.toolkit.fluxcd.io/v1", "clusters/staging/apps.yaml:1 apiVersion: kustomize.toolkit.fluxcd.io/v1",
		}}},
		{"tenants and access control", map[string][]string{
			"access tenant":           {"clusters/production/tenant.yaml:5 labels:", "tenants/web/job.yaml:1 apiVersion: batch/v1"},
			"access service-accounts": {"clusters/production/tenant.yaml:20 serviceAccountName: web"},
			"access lockdown":         {"clusters/production/tenant.yaml:20 serviceAccountName: web"},
		}},
		{"environments and promotion", map[string][]string{
			"promotion image-tags": {"apps/production/kustomization.yaml:7 newTag: 1.0.0", "apps/staging/kustomization.yaml:7 newTag: 1.1.0-rc.1"},
			"promotion overlays":   {"apps/production/kustomization.yaml:4 - ../base/shop", "apps/staging/kustomization.yaml:4 - ../base/shop"},
		}},
		{"compliance with the published structure", map[string][]string{
			"compliance ci-validation true":   {".github/workflows/test.yaml:5 - run: kustomize build apps/staging | kubeconform"},
			"compliance order true":           {"clusters/production/apps.yaml:13 dependsOn:"},
			"compliance prune true":           {"clusters/production/apps.yaml:8 prune: true"},
			"compliance tenant-accounts true": {"clusters/production/tenant.yaml:20 serviceAccountName: web"},
		}},
	} {
		t.Run(point.name, func(t *testing.T) {
			for statement, want := range point.want {
				if !slices.Equal(said[statement], want) {
					t.Errorf("%s is proved by\n%s\nwant\n%s", statement, strings.Join(said[statement], "\n"), strings.Join(want, "\n"))
				}
			}
		})
	}
}
