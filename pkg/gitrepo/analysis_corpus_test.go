package gitrepo

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/test/corpus"
)

// TestAnalysisOfRealRepositories expects what a person says who has read them.
func TestAnalysisOfRealRepositories(t *testing.T) {
	for _, test := range []struct {
		name         string
		pattern      string
		clusters     []string
		environments []string
		tenants      []string
		// says are parts of sentences, by section and topic.
		says map[string]string
		// practices that are met, the others are not.
		met []string
	}{
		{
			// Namespaces carry the tenant label: podinfo is of the dev-team, the
			// controllers' are of the sre-team. The sync files are placeholders.
			name: "fluxcd__flux2-kustomize-helm-example", pattern: "monorepo",
			clusters: []string{"production", "staging"}, environments: []string{"production", "staging"}, tenants: []string{"dev-team", "sre-team"},
			says: map[string]string{
				"structure split-artifacts": "artifacts apps and infrastructure",
				"workflows order":           "infra-controllers → infra-configs → apps",
				"promotion chart-versions":  "podinfo (staging >=1.0.0-alpha, production >=1.0.0)",
				"promotion overlays":        "staging and production build on the same base (apps/base/podinfo)",
			},
			met: []string{"bases-and-overlays", "cluster-folders", "order", "prune"},
		},
		{
			// tenants/base/dev-team syncs another branch, as the account dev-team,
			// which is admin of the namespace apps alone.
			name: "fluxcd__flux2-multi-tenancy", pattern: "repo-per-team",
			clusters: []string{"production", "staging"}, environments: []string{"production", "staging"}, tenants: []string{"dev-team"},
			says: map[string]string{
				"access tenant":          "tenant dev-team has the namespace apps",
				"access namespace-admin": "ServiceAccount apps/dev-team",
				"access signatures":      "kyverno-controller",
				"migration flux-apis":    "1 source.toolkit.fluxcd.io/v1beta2 OCIRepository (now v1)",
				"workflows order":        "kyverno → kyverno-policies → tenants",
			},
			met: []string{"bases-and-overlays", "cluster-folders", "order", "prune", "tenant-accounts"},
		},
		{
			// The hub applies to both others through kubeconfigs.
			name: "fluxcd__flux2-hub-spoke-example", pattern: "monorepo",
			clusters: []string{"hub", "production", "staging"}, environments: []string{"production", "staging"}, tenants: []string{"dev-team", "sre-team"},
			says: map[string]string{
				"structure hub-and-spoke":         "production and staging",
				"access cluster-admin":            "flux-cluster-admin",
				"migration flux-apis":             "helm.toolkit.fluxcd.io/v2beta2 HelmRelease",
				"promotion overlays":              "deploy/apps, deploy/infra-configs, deploy/infra-controllers and deploy/tenants",
				"migration oci-helm-repositories": "podinfo",
			},
			met: []string{"bases-and-overlays", "order", "prune"},
		},
		{
			// One repository in test data for each feature.
			name: "allenporter__flux-local", pattern: "collection",
			clusters: []string{
				"cluster/clusters/prod", "cluster10/clusters/dev", "cluster11", "cluster12", "cluster2", "cluster3", "cluster4", "cluster5/clusters/prod", "cluster6",
				"cluster8", "cluster9/clusters/dev", "home", "image_error",
			},
			environments: []string{"dev", "prod"}, tenants: []string{"app"},
			says: map[string]string{"workflows order": "infra-controllers → infra-configs → apps"},
		},
		{
			// kubernetes/apps/dev is a namespace for Forgejo, no environment.
			name: "bjw-s-labs__home-ops", pattern: "monorepo", clusters: []string{"cluster"},
			says: map[string]string{
				"workflows sync":                "kubernetes/flux/cluster of https://github.com/bjw-s-labs/home-ops.git (branch main), set up by flux-operator",
				"workflows patches":             "cluster-apps (targets Kustomization)",
				"workflows ci":                  "forgejo .forgejo/workflows/lint.yaml: validate (yamllint)",
				"workflows webhooks":            "github",
				"structure application-folders": "applications have a folder each",
				"access external-secrets":       "42 secrets",
				"optimisation same-sources":     "OCIRepository of oci://ghcr.io/bjw-s-labs/helm/app-template tag 5.1.0",
			},
			met: []string{"alerts", "order", "secrets"},
		},
		{
			name: "billimek__k8s-gitops", pattern: "monorepo", clusters: []string{"cluster"},
			says: map[string]string{
				"workflows sync":          "setup/flux/cluster of https://github.com/billimek/k8s-gitops.git (branch master), set up by flux-operator 2.9.4",
				"workflows order":         "flux-repositories → cluster-apps",
				"workflows ci":            "validate (flate), on pull_request",
				"structure resource-sets": "kopiur-restores, kopiur-snapshots and nfs-scalers",
				"migration helmfile":      "setup/bootstrap/helmfile.d/00-crds.yaml",
				"access cross-namespace":  "OCIRepository/flux-system/app-template",
			},
			met: []string{"alerts", "ci-validation", "order", "prune", "secrets"},
		},
		{
			// The names in capitals are to be replaced.
			name: "giantswarm__gitops-template", pattern: "monorepo",
			clusters: []string{
				"HELLO_APP_DEV_CLUSTER_1", "HELLO_APP_PROD_CLUSTER_EU_CENTRAL", "HELLO_APP_PROD_CLUSTER_US_WEST", "HELLO_APP_STAGING_CLUSTER_1", "MC_NAME",
				"WC_NAME", "WC_NAME_OUT_OF_BAND_FLUX_APP", "WC_NAME_OUT_OF_BAND_NO_FLUX_APP",
			},
			environments: []string{"dev", "prod", "staging"}, tenants: []string{"ORG_NAME"},
			says: map[string]string{
				"promotion image-automation": "image automation updates dev and staging; prod is changed by hand",
				"promotion overlays":         "dev, staging and prod build on the same base (bases/cluster_templates/hello_app_cluster)",
				"structure hub-and-spoke":    "WC_NAME_OUT_OF_BAND_NO_FLUX_APP",
				"access sops":                "5 documents are encrypted with SOPS; 3 Kustomizations decrypt",
			},
			met: []string{"bases-and-overlays", "cluster-folders", "secrets"},
		},
		{
			// clusters/base is what each cluster of the first folder follows; those
			// below capi are made by Cluster API. Environments are branches, which
			// a clone of one does not show.
			name: "microsoft__multicluster-gitops", pattern: "monorepo",
			clusters: []string{"east-voyager-aks", "k3d-america", "pacific-aks", "secure-aks", "west-voyager-aws"},
			says: map[string]string{
				"migration flux-apis":        "4 kustomize.toolkit.fluxcd.io/v1beta1 Kustomization (now v1)",
				"migration kustomize-fields": "patchesStrategicMerge",
			},
			met: []string{"cluster-folders", "prune"},
		},
		{
			name: "artazar__flux2-general", pattern: "monorepo",
			clusters: []string{"demo-000", "demo-001"}, environments: []string{"dev", "prod", "stg"},
			says: map[string]string{
				"workflows sync":              "demo-000 follows clusters/demo-000 of https://github.com/artazar/flux2-general.git (branch main), set up by flux bootstrap",
				"promotion image-tags":        "demoapp-auth/nginxinc/nginx-unprivileged (dev 1.23, stg 1.22, prod 1.22)",
				"promotion overlays":          "dev, stg and prod build on the same base (apps/demoapp-auth)",
				"migration local-charts":      "charts/security/default-kyverno-cluster-policies",
				"optimisation helm-cache":     "21 Helm repositories",
				"optimisation open-gates":     "crds and operations",
				"optimisation unused-sources": "11 sources: bank-vaults, bitnami, cilium",
			},
			met: []string{"bases-and-overlays", "cluster-folders", "order", "prune"},
		},
		{
			name: "onedr0p__cluster-template", pattern: "cluster-template",
			says: map[string]string{"structure pattern": "92 files are templates (.j2)"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := corpus.Unpack(t, filepath.Join(corpus.Folder(t), test.name+".tar.gz"))
			repo, _, err := Scan(t.Context(), Options{Root: root})
			if err != nil {
				t.Fatal(err)
			}
			checkAnalysis(t, repo)
			if repo.Pattern != test.pattern {
				t.Errorf("pattern %q, want %q: %v", repo.Pattern, test.pattern, texts(repo.Analysis.Structure))
			}
			for _, list := range []struct {
				what      string
				got, want []string
			}{{"clusters", repo.Clusters, test.clusters}, {"environments", repo.Environments, test.environments}, {"tenants", repo.Tenants, test.tenants}} {
				if !slices.Equal(list.got, list.want) && len(list.got)+len(list.want) > 0 {
					t.Errorf("%s %q, want %q", list.what, list.got, list.want)
				}
			}
			sections := map[string][]model.Statement{
				"structure": repo.Analysis.Structure, "workflows": repo.Analysis.Workflows, "promotion": repo.Analysis.Promotion, "access": repo.Analysis.Access,
				"migration": repo.Analysis.Migration, "optimisation": repo.Analysis.Optimisation,
			}
			for where, part := range test.says {
				section, topic, _ := strings.Cut(where, " ")
				said := texts(sections[section])
				if !slices.ContainsFunc(said, func(text string) bool {
					return strings.HasPrefix(text, topic+": ") && strings.Contains(text, part)
				}) {
					t.Errorf("%s does not say %q:\n%s", where, part, strings.Join(said, "\n"))
				}
			}
			var met []string
			for _, practice := range repo.Analysis.Compliance {
				if practice.Met {
					met = append(met, practice.Topic)
				}
			}
			if test.met != nil && !slices.Equal(met, test.met) {
				t.Errorf("practices met %q, want %q: %+v", met, test.met, repo.Analysis.Compliance)
			}
		})
	}
}
