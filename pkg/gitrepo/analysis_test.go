package gitrepo

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// analysisOf scans files and returns what is said of them.
func analysisOf(t *testing.T, files map[string]string) *model.Repository {
	t.Helper()
	root := writeTree(t, files)
	repo, problems, err := Scan(t.Context(), Options{Root: root})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	checkAnalysis(t, repo)
	return repo
}

// checkAnalysis holds every statement to the rules that all keep: it has a
// topic, a text and evidence that exists, and its text is whole.
func checkAnalysis(t *testing.T, repo *model.Repository) {
	t.Helper()
	a := repo.Analysis
	check := func(section string, s model.Statement) {
		t.Helper()
		if s.Topic == "" || s.Text == "" || len(s.Evidence) == 0 || len(s.Evidence) > maxEvidence || s.Count < len(s.Evidence) {
			t.Errorf("%s: incomplete statement %+v", section, s)
		}
		if strings.Contains(s.Text, "%!") || strings.Contains(s.Text, "  ") || strings.HasSuffix(s.Text, " ") || strings.HasSuffix(s.Text, ":") {
			t.Errorf("%s: text %q", section, s.Text)
		}
		for _, e := range s.Evidence {
			if e.File == "" || e.Line < 1 {
				t.Errorf("%s: %q has the evidence %+v", section, s.Topic, e)
			}
		}
	}
	for section, list := range map[string][]model.Statement{
		"structure": a.Structure, "workflows": a.Workflows, "promotion": a.Promotion, "access": a.Access, "migration": a.Migration, "optimisation": a.Optimisation,
	} {
		for _, s := range list {
			check(section, s)
		}
	}
	for _, practice := range a.Compliance {
		check("compliance", practice.Statement)
		if !strings.HasPrefix(practice.Doc, "https://fluxcd.io/") || practice.Met != (practice.Next == "") {
			t.Errorf("compliance: %+v", practice)
		}
	}
	for _, app := range a.Applications {
		if app.Name == "" || app.Kind == "" || len(app.Evidence) == 0 {
			t.Errorf("application %+v", app)
		}
	}
	for _, target := range a.Targets {
		if target.Cluster == "" || len(target.Evidence) == 0 {
			t.Errorf("target %+v", target)
		}
	}
	for _, r := range repo.Requirements {
		if !slices.Contains(focus.Names(), r.Topic) || r.Why == "" {
			t.Errorf("requirement %+v", r)
		}
	}
}

// texts writes statements as "topic: text".
func texts(list []model.Statement) []string {
	written := make([]string, len(list))
	for i, s := range list {
		written[i] = s.Topic + ": " + s.Text
	}
	return written
}

// find returns the statement of a topic, failing without it.
func find(t *testing.T, list []model.Statement, topic string) model.Statement {
	t.Helper()
	for _, s := range list {
		if s.Topic == topic {
			return s
		}
	}
	t.Fatalf("no statement %s among\n%s", topic, strings.Join(texts(list), "\n"))
	return model.Statement{}
}

func requirement(repo *model.Repository, topic string) string {
	for _, r := range repo.Requirements {
		if r.Topic == topic {
			return r.Why
		}
	}
	return ""
}

// The files of small repositories.
const (
	kustomizationHead = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: %s\n  namespace: flux-system\nspec:\n"
	deployment        = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %s\n  labels:\n    app: %[1]s\nspec:\n  template: {}\n"
)

func fluxKustomization(name, path string, more ...string) string {
	return fmt.Sprintf(kustomizationHead, name) + "  interval: 10m\n  prune: true\n  path: " + path +
		"\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n" + strings.Join(more, "")
}

func gotkSync(path, url, branch string) string {
	return "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m\n  url: " + url +
		"\n  ref:\n    branch: " + branch + "\n---\n" + fluxKustomization("flux-system", path)
}

func kustomizeFile(resources ...string) string {
	return "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - " + strings.Join(resources, "\n  - ") + "\n"
}

// monorepo is the published layout with two environments.
func monorepo() map[string]string {
	files := map[string]string{
		"infrastructure/controllers/kustomization.yaml": kustomizeFile("ingress.yaml"),
		"infrastructure/controllers/ingress.yaml":       fmt.Sprintf(deployment, "ingress"),
		"apps/base/shop/kustomization.yaml":             kustomizeFile("shop.yaml"),
		"apps/base/shop/shop.yaml":                      fmt.Sprintf(deployment, "shop"),
	}
	for environment, tag := range map[string]string{"production": "1.0.0", "staging": "1.1.0-rc.1"} {
		files["clusters/"+environment+"/flux-system/gotk-sync.yaml"] = gotkSync("./clusters/"+environment, "ssh://git@github.com/acme/fleet", "main")
		files["clusters/"+environment+"/infrastructure.yaml"] = fluxKustomization("infrastructure", "./infrastructure/controllers", "  wait: true\n")
		files["clusters/"+environment+"/apps.yaml"] = fluxKustomization("apps", "./apps/"+environment, "  dependsOn:\n    - name: infrastructure\n")
		files["apps/"+environment+"/kustomization.yaml"] = kustomizeFile("../base/shop") + "images:\n  - name: shop\n    newTag: " + tag + "\n"
	}
	return files
}

func TestMonorepo(t *testing.T) {
	files := monorepo()
	files[".github/workflows/test.yaml"] = "on: pull_request\njobs:\n  test:\n    steps:\n      - run: kustomize build apps/staging | kubeconform\n"
	repo := analysisOf(t, files)
	a := repo.Analysis
	if repo.Pattern != "monorepo" || !slices.Equal(repo.Clusters, []string{"production", "staging"}) || !slices.Equal(repo.Environments, []string{"production", "staging"}) || len(repo.Tenants) != 0 {
		t.Errorf("pattern %s, clusters %q, environments %q, tenants %q", repo.Pattern, repo.Clusters, repo.Environments, repo.Tenants)
	}
	if want := []string{"apps", "apps/base", "clusters", "clusters/production/flux-system", "clusters/staging/flux-system", "infrastructure"}; !slices.Equal(repo.GitOpsFolders, want) {
		t.Errorf("folders %q", repo.GitOpsFolders)
	}
	target := a.Targets[0]
	target.Evidence = nil
	sync := model.ID{Group: "kustomize.toolkit.fluxcd.io", Kind: "Kustomization", Namespace: "flux-system", Name: "flux-system"}
	if want := (model.Target{
		Cluster: "production", Path: "clusters/production", SyncedBy: sync, URL: "ssh://git@github.com/acme/fleet", Ref: "branch main",
		InstalledBy: "flux bootstrap", Environment: "production", Kustomizations: 3,
	}); !reflect.DeepEqual(target, want) {
		t.Errorf("got  %+v\nwant %+v", target, want)
	}
	var apps []string
	for _, app := range a.Applications {
		apps = append(apps, fmt.Sprintf("%s %s %q %q %s", app.Name, app.Kind, app.Clusters, app.Environments, app.Evidence[0].Location))
	}
	if want := []string{
		`ingress Manifests ["production" "staging"] ["production" "staging"] infrastructure/controllers/ingress.yaml:1`,
		`shop Manifests ["production" "staging"] ["production" "staging"] apps/base/shop/shop.yaml:1`,
	}; !slices.Equal(apps, want) {
		t.Errorf("applications\n%s", strings.Join(apps, "\n"))
	}
	if len(a.Dependencies) != 2 || a.Dependencies[0].Depth != 1 || a.Dependencies[0].Evidence[0].String() != "clusters/production/apps.yaml:13" {
		t.Errorf("dependencies %+v", a.Dependencies)
	}
	if got := texts(a.Promotion); !slices.Equal(got, []string{
		"image-tags: environments run different tags: apps/shop (staging 1.1.0-rc.1, production 1.0.0)",
		"overlays: staging and production build on the same base (apps/base/shop); a change of a base reaches all of them at once, a change of an overlay is promoted by repeating it in the next",
	}) {
		t.Errorf("promotion\n%s", strings.Join(got, "\n"))
	}
	var practices []string
	for _, practice := range a.Compliance {
		practices = append(practices, fmt.Sprintf("%s %v", practice.Topic, practice.Met))
	}
	if want := []string{"alerts false", "bases-and-overlays true", "ci-validation true", "cluster-folders true", "order true", "prune true"}; !slices.Equal(practices, want) {
		t.Errorf("compliance %q", practices)
	}
	for topic, why := range map[string]string{
		"gitops":        "production follows clusters/production of ssh://git@github.com/acme/fleet (branch main), set up by flux bootstrap",
		"multi-cluster": "2 clusters: production and staging",
		"ci-cd":         "github .github/workflows/test.yaml: validate (kubeconform and kustomize build), on pull_request",
		"multi-tenancy": "", "security": "", "helm": "", "migration": "",
	} {
		if got := requirement(repo, topic); got != why {
			t.Errorf("requirement %s: %q, want %q", topic, got, why)
		}
	}
}

func TestPatterns(t *testing.T) {
	fluxInstance := func(environment, tag string) string {
		return "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata:\n  name: flux\n  namespace: flux-system\nspec:\n  distribution:\n    version: 2.9.x\n  cluster:\n    multitenant: true\n" +
			"  sync:\n    kind: OCIRepository\n    url: oci://ghcr.io/acme/fleet\n    ref: " + tag + "\n    path: clusters/" + environment + "\n"
	}
	for _, test := range []struct {
		name     string
		files    map[string]string
		remotes  []model.Remote
		pattern  string
		why      string
		clusters []string
		tenants  []string
	}{
		{
			name: "fleet with OCI and tenants", pattern: "fleet-oci", why: "production follows the artifact oci://ghcr.io/acme/fleet (tag latest-stable), not a Git branch",
			clusters: []string{"production", "staging"}, tenants: []string{"backend", "frontend"},
			files: map[string]string{
				"clusters/production/flux-system/flux-instance.yaml": fluxInstance("production", "latest-stable"),
				"clusters/staging/flux-system/flux-instance.yaml":    fluxInstance("staging", "latest"),
				"tenants/apps.yaml": "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  inputs:\n" +
					"    - tenant: frontend\n      tag: latest\n    - tenant: backend\n      tag: latest\n  resourcesTemplate: |\n    x\n",
			},
		},
		{
			name: "team repositories", pattern: "repo-per-team", why: "the platform's repository registers the teams web, whose manifests come from repositories of their own (web)",
			clusters: []string{"production"}, tenants: []string{"web"},
			files: map[string]string{
				"clusters/production/flux-system/gotk-sync.yaml": gotkSync("./clusters/production", "https://github.com/acme/fleet", "main"),
				"clusters/production/tenants.yaml":               fluxKustomization("tenants", "./tenants/production"),
				"tenants/production/kustomization.yaml":          kustomizeFile("../base/web"),
				"tenants/base/web/kustomization.yaml":            kustomizeFile("sync.yaml"),
				"tenants/base/web/sync.yaml": "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: web\n  namespace: web\nspec:\n  url: https://github.com/acme/web\n  ref:\n    semver: 1.x\n---\n" +
					"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: web\n  namespace: web\nspec:\n  prune: true\n  path: ./deploy\n  serviceAccountName: web\n  sourceRef:\n    kind: GitRepository\n    name: web\n",
			},
		},
		{
			name: "application repositories", pattern: "repo-per-app", why: "2 of 3 Kustomizations fetch an application from a repository of its own (cart and shop)",
			clusters: []string{"home"},
			files: map[string]string{
				"clusters/home/flux-system/gotk-sync.yaml": gotkSync("./clusters/home", "https://github.com/acme/fleet", "main"),
				"clusters/home/shop.yaml":                  foreign("shop"),
				"clusters/home/cart.yaml":                  foreign("cart"),
			},
		},
		{
			name: "environments as branches", pattern: "repo-per-environment", why: "each environment has a branch of https://github.com/acme/fleet: production and staging",
			clusters: []string{"eu", "us"},
			files: map[string]string{
				"clusters/eu/flux-system/gotk-sync.yaml": gotkSync("./clusters/eu", "https://github.com/acme/fleet", "staging"),
				"clusters/us/flux-system/gotk-sync.yaml": gotkSync("./clusters/us", "https://github.com/acme/fleet", "production"),
			},
		},
		{
			name: "environment in the repository's name", pattern: "repo-per-environment", why: "the repository fleet-production holds the environment production alone",
			clusters: []string{"eu"}, remotes: []model.Remote{{Name: "origin", URL: "git@github.com:acme/fleet-production.git"}},
			files: map[string]string{"clusters/eu/flux-system/gotk-sync.yaml": gotkSync("./clusters/eu", "ssh://git@github.com/acme/fleet-production", "main")},
		},
		{
			name: "several projects in one tree", pattern: "collection", why: "3 folders have clusters of their own: a, b and c", clusters: []string{"a/clusters/prod", "b/clusters/prod", "home"},
			files: map[string]string{
				"a/clusters/prod/flux-system/gotk-sync.yaml": gotkSync("./a/clusters/prod", "https://github.com/acme/a", "main"),
				"b/clusters/prod/flux-system/gotk-sync.yaml": gotkSync("./b/clusters/prod", "https://github.com/acme/a", "main"),
				"c/clusters/home/flux/gotk-sync.yaml":        gotkSync("./c/clusters/home/flux", "https://github.com/acme/a", "main"),
			},
		},
		{
			name: "Argo CD alone", pattern: "argo-cd", why: "1 application of Argo CD and no Flux object",
			files: map[string]string{"apps/shop.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop\n  namespace: argocd\nspec:\n  project: x\n"},
		},
		{
			name: "charts alone", pattern: "helm-charts", why: "1 Helm chart and nothing that deploys them",
			files: map[string]string{"charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n", "charts/shop/templates/x.yaml": "kind: {{ .Values.kind }}\n"},
		},
		{
			name: "manifests alone", pattern: "manifests", why: "1 Kubernetes manifest and no Flux object",
			files: map[string]string{"deploy/shop.yaml": fmt.Sprintf(deployment, "shop")},
		},
		{
			name: "templates to render", pattern: "cluster-template", why: "2 files are templates (.j2) and become manifests only when they are rendered; no Flux object is here as it will be applied",
			files: map[string]string{"t/ks.yaml.j2": "kind: #{ kind }#\n", "t/helmrelease.yaml.j2": "kind: x\n", "README.md.j2": "x\n"},
		},
		{
			name: "an application's own repository", pattern: "repo-per-app", why: "the repository holds an application's source and its manifests, and no cluster",
			files: map[string]string{"Dockerfile": "FROM scratch\n", "deploy/release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  interval: 1h\n"},
		},
		{name: "nothing", files: map[string]string{"README.md": "# Nothing\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := writeTree(t, test.files)
			repo, _, err := Scan(t.Context(), Options{Root: root})
			if err != nil {
				t.Fatal(err)
			}
			if test.remotes != nil {
				repo.Git.Remotes = test.remotes
				analyse(repo, sortedKeys(test.files), readBelow(diskOf(t, root)))
			}
			checkAnalysis(t, repo)
			if repo.Pattern != test.pattern || len(test.clusters)+len(repo.Clusters) > 0 && !slices.Equal(repo.Clusters, test.clusters) || len(test.tenants)+len(repo.Tenants) > 0 && !slices.Equal(repo.Tenants, test.tenants) {
				t.Errorf("pattern %q, clusters %q, tenants %q", repo.Pattern, repo.Clusters, repo.Tenants)
			}
			if test.pattern == "" {
				if len(repo.Analysis.Structure)+len(repo.Requirements) != 0 {
					t.Errorf("something is said of nothing: %+v, %+v", repo.Analysis.Structure, repo.Requirements)
				}
				return
			}
			if got := find(t, repo.Analysis.Structure, "pattern").Text; got != test.pattern+": "+test.why {
				t.Errorf("got  %s\nwant %s: %s", got, test.pattern, test.why)
			}
			if got := requirement(repo, "repository-structure"); got != test.pattern+": "+test.why {
				t.Errorf("requirement %q", got)
			}
		})
	}
}

// foreign is an application that comes from a repository of its own.
func foreign(name string) string {
	return "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: " + name + "\n  namespace: flux-system\nspec:\n  interval: 1m\n  url: https://github.com/acme/" + name +
		"\n---\n" + strings.Replace(fluxKustomization(name, "./deploy"), "name: flux-system\n", "name: "+name+"\n", 1)
}

func TestAccess(t *testing.T) {
	namespace := "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n  labels:\n    toolkit.fluxcd.io/tenant: team-web\n---\n"
	binding := func(kind, name, role, account string) string {
		return "apiVersion: rbac.authorization.k8s.io/v1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n  namespace: web\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: " + role +
			"\nsubjects:\n  - kind: ServiceAccount\n    name: " + account + "\n    namespace: web\n---\n"
	}
	repo := analysisOf(t, map[string]string{
		"clusters/prod/flux-system/kustomization.yaml": kustomizeFile("gotk-components.yaml", "gotk-sync.yaml") +
			"patches:\n  - patch: |\n      - op: add\n        path: /spec/template/spec/containers/0/args/-\n        value: --no-cross-namespace-refs=true\n    target:\n      kind: Deployment\n# --default-service-account=default\n",
		"clusters/prod/flux-system/gotk-components.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: flux-system\n  labels:\n    app.kubernetes.io/part-of: flux\n    app.kubernetes.io/version: v2.7.1\n---\n" +
			binding("ClusterRoleBinding", "cluster-reconciler", "cluster-admin", "kustomize-controller"),
		"clusters/prod/flux-system/gotk-sync.yaml": gotkSync("./clusters/prod", "https://github.com/acme/fleet", "main"),
		"clusters/prod/web.yaml": namespace + binding("RoleBinding", "reconciler", "cluster-admin", "web") + binding("ClusterRoleBinding", "all", "cluster-admin", "ops") + binding("ClusterRoleBinding", "read", "view", "other") +
			strings.Replace(fluxKustomization("web", "./web", "  serviceAccountName: web\n"), "namespace: flux-system", "namespace: web", 1) +
			"---\n" + strings.Replace(fluxKustomization("free", "./free"), "namespace: flux-system", "namespace: web", 1),
		"clusters/prod/secret.yaml":   "apiVersion: v1\nkind: Secret\nmetadata:\n  name: token\nstringData:\n  password: hunter2hunter2\n",
		"clusters/prod/ref.yaml":      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: reference\nstringData:\n  password: op://vault/item\n",
		"clusters/prod/ext.yaml":      "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: e\nspec: {}\n",
		"clusters/prod/verified.yaml": "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: chart\nspec:\n  url: oci://ghcr.io/acme/chart\n  verify:\n    provider: cosign\n",
	})
	got := texts(repo.Analysis.Access)
	if want := []string{
		"cluster-admin: may do anything in the cluster: ServiceAccount web/ops",
		"external-secrets: the External Secrets Operator fetches 1 secret",
		"lockdown: the controllers are confined for tenants: --no-cross-namespace-refs",
		"namespace-admin: may do anything in one namespace each: ServiceAccount web/web",
		"service-accounts: 1 of 3 Kustomizations and HelmReleases work as an account of their own (web); the others with the rights of the controllers",
		"signatures: signatures are checked for 1 of 2 Git and OCI sources: chart",
		"tenant: tenant team-web has the namespace web, in prod",
	}; !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if e := find(t, repo.Analysis.Access, "lockdown").Evidence; len(e) != 1 || e[0].String() != "clusters/prod/flux-system/kustomization.yaml:10" {
		t.Errorf("lockdown at %+v", e)
	}
	if e := find(t, repo.Analysis.Access, "cluster-admin").Evidence[0]; e.String() != "clusters/prod/web.yaml:25" || e.Object.Name != "all" {
		t.Errorf("cluster-admin at %s %s", e.Location, e.Object)
	}
	for _, practice := range repo.Analysis.Compliance {
		switch practice.Topic {
		case "secrets":
			if practice.Met || practice.Text != "1 Secret lies in Git with a value in clear: token" || practice.Evidence[0].String() != "clusters/prod/secret.yaml:6" {
				t.Errorf("secrets: %+v", practice)
			}
		case "tenant-accounts":
			if practice.Met || practice.Text != "Kustomizations of tenants work with the rights of the controllers: free" {
				t.Errorf("tenant-accounts: %+v", practice)
			}
		}
	}
	if got := repo.Analysis.Targets[0].Version; got != "v2.7.1" {
		t.Errorf("Flux version %q", got)
	}
	if got := requirement(repo, "security"); got != "1 Secret lies in Git with a value in clear: token" {
		t.Errorf("security: %q", got)
	}
	if text := fmt.Sprintf("%+v", repo); strings.Contains(text, "hunter2") {
		t.Error("the value of a Secret is in the facts")
	}
}

func TestMigration(t *testing.T) {
	repo := analysisOf(t, map[string]string{
		"clusters/prod/flux-system/gotk-sync.yaml": gotkSync("./clusters/prod", "https://github.com/acme/fleet", "main"),
		"clusters/prod/old.yaml":                   "apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata:\n  name: old\nspec:\n  chart:\n    spec:\n      chart: ./charts/used\n      sourceRef:\n        kind: GitRepository\n        name: flux-system\n",
		"clusters/prod/oci.yaml":                   "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: podinfo\nspec:\n  type: oci\n  url: oci://ghcr.io/stefanprodan/charts\n",
		"clusters/prod/v1.yaml":                    "apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata:\n  name: ancient\nspec: {}\n",
		"clusters/prod/argo.yaml":                  "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: cart\n  namespace: argocd\nspec: {}\n",
		"charts/used/Chart.yaml":                   "apiVersion: v2\nname: used\nversion: 1.0.0\n",
		"charts/unused/Chart.yaml":                 "apiVersion: v2\nname: unused\nversion: 1.0.0\n",
		"setup/helmfile.yaml":                      "releases: []\n",
		"apps/kustomization.yaml":                  "bases:\n  - x\n",
		"apps/x/kustomization.yaml":                kustomizeFile("a.yaml"),
		"apps/x/a.yaml":                            fmt.Sprintf(deployment, "a"),
		".github/workflows/deploy.yaml":            "on: push\njobs:\n  a:\n    steps:\n      - run: kubectl apply -k apps\n      - run: flux reconcile source git flux-system\n",
	})
	want := []string{
		"argo-cd: Argo CD deploys 1 application: cart",
		"ci-deploys: .github/workflows/deploy.yaml deploys past Git: kubectl apply apps",
		"flux-apis: 1 object is written in an older API version: 1 helm.toolkit.fluxcd.io/v2beta1 HelmRelease (now v2)",
		"flux-v1: 1 place is written for Flux v1",
		"helmfile: helmfile installs charts outside Flux: setup/helmfile.yaml",
		"kustomize-fields: 1 use of a field that kustomize has replaced: bases",
		"local-charts: 1 chart that no HelmRelease installs from here: charts/unused",
		"oci-helm-repositories: 1 HelmRepository is of type oci, which only gets fixes: podinfo",
	}
	got := texts(slices.DeleteFunc(slices.Clone(repo.Analysis.Migration), func(s model.Statement) bool { return s.Topic == "unreached-manifests" }))
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, s := range repo.Analysis.Migration {
		if s.Next == "" {
			t.Errorf("%s says nothing of what to do", s.Topic)
		}
	}
	if e := find(t, repo.Analysis.Migration, "ci-deploys").Evidence[0].String(); e != ".github/workflows/deploy.yaml:5" {
		t.Errorf("ci-deploys at %s", e)
	}

	plain := analysisOf(t, map[string]string{"web/a.yaml": fmt.Sprintf(deployment, "a"), "db/b.yaml": fmt.Sprintf(deployment, "b"), "top.yaml": fmt.Sprintf(deployment, "c"), "docs/example.yaml": fmt.Sprintf(deployment, "d")})
	if got := texts(plain.Analysis.Migration); !slices.Equal(got, []string{"plain-manifests: 3 workloads in ., db and web that nothing here applies"}) {
		t.Errorf("got %q", got)
	}
	if len(plain.Analysis.Compliance)+len(plain.Analysis.Optimisation) != 0 {
		t.Errorf("Flux is judged where there is none: %+v", plain.Analysis)
	}
}

func TestOptimisation(t *testing.T) {
	files := map[string]string{
		"clusters/prod/flux-system/gotk-sync.yaml": strings.Replace(gotkSync("./clusters/prod", "https://github.com/acme/fleet", "main"), "interval: 1m", "interval: 1h", 1),
		"clusters/prod/order.yaml":                 fluxKustomization("first", "./first") + "---\n" + fluxKustomization("second", "./second", "  dependsOn:\n    - name: first\n"),
	}
	for i := range 12 {
		files[fmt.Sprintf("clusters/prod/repository-%d.yaml", i)] = fmt.Sprintf("apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  name: r%d\n  namespace: flux-system\nspec:\n  url: https://charts.example.com/%d\n", i, i/2*2)
		files[fmt.Sprintf("clusters/prod/release-%d.yaml", i)] = fmt.Sprintf("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: h%d\n  namespace: flux-system\nspec:\n  chart:\n    spec:\n      chart: c\n      sourceRef:\n        kind: HelmRepository\n        name: r%d\n", i, max(i, 1))
	}
	repo := analysisOf(t, files)
	want := []string{
		"helm-cache: 12 Helm repositories have an index each, and no file here switches the index cache of source-controller on",
		"open-gates: others depend on first, which count as ready before what they apply is",
		"same-sources: several sources fetch the same: 2 HelmRepository of https://charts.example.com/0 in prod, 2 HelmRepository of https://charts.example.com/10 in prod, 2 HelmRepository of https://charts.example.com/2 in prod, 2 HelmRepository of https://charts.example.com/4 in prod and 2 more",
		"slow-feedback: a commit may wait up to 1h until it is noticed (flux-system), and no Receiver tells of it",
		"unused-sources: nothing here uses 1 source: r0",
	}
	if got := texts(repo.Analysis.Optimisation); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	uses := map[string]int{}
	for _, use := range repo.Analysis.Sources {
		uses[use.Object.Name] = use.UsedBy
	}
	if uses["r0"] != 0 || uses["r1"] != 2 || uses["flux-system"] != 3 {
		t.Errorf("uses %v", uses)
	}
}

func TestDependencies(t *testing.T) {
	waits := func(name string, on ...string) string {
		more := "  dependsOn:\n"
		for _, other := range on {
			more += "    - name: " + other + "\n"
		}
		return fluxKustomization(name, "./"+name, more) + "---\n"
	}
	repo := analysisOf(t, map[string]string{
		"clusters/prod/all.yaml": fluxKustomization("a", "./a") + "---\n" + waits("b", "a") + waits("c", "b", "a", "elsewhere") + waits("d", "c") +
			waits("x", "y") + waits("y", "x") + waits("z", "x") + waits("self", "self") + waits("lost", "nowhere"),
	})
	var got []string
	for _, d := range repo.Analysis.Dependencies {
		got = append(got, fmt.Sprintf("%s %d", d.Object.Name, d.Depth))
	}
	if want := []string{"self 0", "x 0", "y 0", "z 0", "b 1", "lost 1", "c 2", "d 3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := find(t, repo.Analysis.Workflows, "order").Text; got != "the longest order of Kustomizations is a → b → c → d" {
		t.Error(got)
	}
	if got := requirement(repo, "troubleshooting"); got != "Kustomization/flux-system/self depends on itself in a circle" {
		t.Error(got)
	}
}

// TestAnalysisIsDeterministic goes through maps many times.
func TestAnalysisIsDeterministic(t *testing.T) {
	files := monorepo()
	for i := range 8 {
		files[fmt.Sprintf("clusters/production/edge-clusters/edge-%d/ns.yaml", i)] = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: x\n"
		files[fmt.Sprintf("clusters/production/edge-%d.yaml", i)] = fluxKustomization(fmt.Sprintf("edge-%d", i), fmt.Sprintf("./clusters/production/edge-clusters/edge-%d", i), "  kubeConfig:\n    secretRef:\n      name: x\n")
		files[fmt.Sprintf("teams/team-%d/ns.yaml", i)] = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: x\n"
		files[fmt.Sprintf("clusters/staging/source-%d.yaml", i)] = fmt.Sprintf("apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: o%d\nspec:\n  url: oci://x/%d\n", i, i%2)
		files[fmt.Sprintf("clusters/production/dep-%d.yaml", i)] = fluxKustomization(fmt.Sprintf("k%d", i), "./apps", fmt.Sprintf("  dependsOn:\n    - name: k%d\n", (i+1)%8))
	}
	root := writeTree(t, files)
	first, _, err := Scan(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, _, err := Scan(t.Context(), Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(first.Analysis, again.Analysis) || !reflect.DeepEqual(first.Requirements, again.Requirements) || !slices.Equal(first.Clusters, again.Clusters) {
			t.Fatalf("got  %+v\nthen %+v", first.Analysis, again.Analysis)
		}
	}
}

func TestClusterNames(t *testing.T) {
	for _, test := range []struct{ paths, want []string }{
		{[]string{"kubernetes/flux/cluster"}, []string{"cluster"}},
		{[]string{"kubernetes/main/flux", "kubernetes/storage/flux"}, []string{"main", "storage"}},
		{[]string{"clusters/dev/eu", "clusters/prod/eu", "clusters/prod/us"}, []string{"dev/eu", "prod/eu", "us"}},
		{[]string{"cluster/base"}, []string{"cluster"}},
		{[]string{"a/flux", "b/flux", "flux"}, []string{"a", "b", "cluster"}},
		{[]string{"."}, []string{"cluster"}},
		{[]string{"cluster", "flux"}, []string{"cluster", "flux"}},
	} {
		p := &project{}
		for _, name := range test.paths {
			p.clusters = append(p.clusters, &cluster{path: cleanPath(name), located: true})
		}
		p.nameClusters()
		if got := names(p.clusters, func(c *cluster) string { return c.name }); !slices.Equal(got, test.want) {
			t.Errorf("%q are called %q, want %q", test.paths, got, test.want)
		}
	}
}

func TestEnvironmentNames(t *testing.T) {
	for name, want := range map[string]string{
		"prod": "prod", "Production": "production", "prod-eu-1": "prod", "HELLO_APP_DEV_CLUSTER_1": "dev", "test": "test", "test-cluster": "", "devops": "",
		"products": "", "my-staging": "staging", "non-prod": "non-prod", "": "", "live-blog": "",
	} {
		if got := environmentIn(name); got != want {
			t.Errorf("environmentIn(%q) = %q, want %q", name, got, want)
		}
	}
	list := []string{"production", "dev", "staging", "other", "qa"}
	slices.SortFunc(list, compareEnvironments)
	if want := []string{"dev", "qa", "other", "staging", "production"}; !slices.Equal(list, want) {
		t.Errorf("got %q", list)
	}
}

func TestEnvironmentFolders(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"a namespace called dev", []string{"kubernetes/apps/dev/forgejo/a.yaml", "kubernetes/apps/media/b.yaml"}, nil},
		{"overlays", []string{"overlays/dev/a.yaml", "base/a.yaml"}, []string{"dev"}},
		{"side by side", []string{"apps/shop/dev/a.yaml", "apps/shop/prod/a.yaml"}, []string{"dev", "prod"}},
		{"tests are no environments", []string{"tests/dev/a.yaml", "tests/prod/a.yaml", "deploy/x.yaml"}, nil},
		{"a cluster's name", []string{"clusters/prod-eu/a.yaml", "clusters/prod-us/a.yaml"}, []string{"prod"}},
		{"clusters grouped by environment", []string{"clusters/prod/eu/a.yaml", "clusters/dev/eu/a.yaml"}, []string{"dev", "prod"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"flux.yaml": foreign("x")}
			for i, name := range test.files {
				files[name] = fmt.Sprintf(deployment, fmt.Sprintf("d%d", i))
			}
			if got := analysisOf(t, files).Environments; !slices.Equal(got, test.want) && len(got)+len(test.want) > 0 {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestEnumerate(t *testing.T) {
	for want, list := range map[string][]string{
		"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}, "a, b, c, d and e": {"a", "b", "c", "d", "e"}, "a, b, c, d and 2 more": {"a", "b", "c", "d", "e", "f"},
	} {
		if got := enumerate(list); got != want {
			t.Errorf("enumerate(%q) = %q, want %q", list, got, want)
		}
	}
}

// TestAnalysisOfAnything feeds facts that no scan would give: the analysis may
// say nonsense of nonsense, but it must end.
func TestAnalysisOfAnything(*testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := []string{"", "clusters", "prod", "dev", "apps", "base", "tenants", "flux-system", "..", "a", "${X}", "kubeconfig", "gotk-sync.yaml", "ks.yaml"}
	word := func() string { return words[random.IntN(len(words))] }
	name := func() string {
		parts := make([]string, random.IntN(6))
		for i := range parts {
			parts[i] = word()
		}
		return strings.Join(parts, "/")
	}
	raw := func() json.RawMessage {
		path := name()
		return json.RawMessage(fmt.Sprintf(`{"path":%q,"url":%q,"sourceRef":{"kind":"GitRepository","name":%q},"dependsOn":[{"name":%q}],"serviceAccountName":%q,"chart":{"spec":{"chart":%q,"version":%q}},`+
			`"kubeConfig":{"secretRef":{"name":%q}},"inputs":[{"tenant":%q},7],"sync":{"path":%q},"values":{"instance":{"sync":{"path":%q}}},"ref":{"branch":%q,"tag":%q},"patches":[{"target":{"kind":%q}},3],"postBuild":{},"git":{}}`,
			path, word(), word(), word(), word(), path, word(), word(), word(), path, path, word(), word(), word()))
	}
	for range 300 {
		repo := &model.Repository{}
		location := func() model.Location {
			return model.Location{File: name(), Line: random.IntN(3), Document: random.IntN(2)}
		}
		for range random.IntN(30) {
			kind := fluxkind.All()[random.IntN(len(fluxkind.All()))]
			o := &model.Object{ID: model.ID{Group: kind.Group, Kind: kind.Kind, Namespace: word(), Name: word()}, APIVersion: kind.Group + "/" + word(), Location: location(), Labels: map[string]string{tenantLabel: word()}}
			if random.IntN(4) > 0 {
				o.RawSpec = raw()
				o.Spec, _ = kind.Decode(o.RawSpec)
			}
			repo.Objects = append(repo.Objects, o)
			repo.Builds = append(repo.Builds, model.Build{Owner: o.ID, Location: o.Location, Path: name(), Source: []model.BuildSource{model.SourceTree, model.SourceOther, ""}[random.IntN(3)], Found: true, Files: []string{name(), name()}})
			repo.Documents = append(repo.Documents, model.Document{Location: location(), APIVersion: "argoproj.io/v1", Kind: "Application", Name: word(), Patch: random.IntN(2) == 0, Encrypted: random.IntN(2) == 0})
			repo.Manifests = append(repo.Manifests, model.Manifest{ID: model.ID{Kind: []string{"Deployment", "Namespace", "ClusterRoleBinding", "Secret"}[random.IntN(4)], Name: word()}, Location: location(), Labels: o.Labels, Body: raw()})
			repo.Kustomizations = append(repo.Kustomizations, model.KustomizeFile{File: name(), Entries: []model.KustomizeEntry{{Field: "resources", Target: name()}}, Images: []model.KustomizeImage{{Name: word(), NewTag: word()}}, Missing: []model.KustomizeEntry{{Entry: word()}}})
			repo.Charts = append(repo.Charts, model.Chart{Path: name(), Dependencies: []model.ChartDependency{{Repository: "file://" + name()}}})
			repo.Markers = append(repo.Markers, model.ImageMarker{Location: location()})
			repo.CI = append(repo.CI, model.Pipeline{File: name(), Does: []string{"deploy"}, Steps: []model.PipelineStep{{Does: "deploy", Tool: word()}}})
			repo.Unreached = append(repo.Unreached, model.UnreachedFile{File: name()})
			repo.Git.Remotes = append(repo.Git.Remotes, model.Remote{URL: name()})
		}
		files := []string{name(), name(), "x.yaml.j2"}
		slices.Sort(files)
		slices.SortFunc(repo.Documents, func(a, b model.Document) int { return strings.Compare(a.File, b.File) })
		analyse(repo, files, func(string) ([]byte, error) { return []byte(name()), nil })
	}
}
