package guidance

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
)

var update = flag.Bool("update", false, "write the golden files")

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// advise runs the whole way from files to advice. The folder is always called
// project, so that texts that name it are the same on every machine.
func advise(t *testing.T, files []txtar.File, cluster *model.Cluster, topics ...string) []v1alpha1.Guidance {
	t.Helper()
	var repository *model.Repository
	if files != nil {
		root := filepath.Join(t.TempDir(), "project")
		if err := os.MkdirAll(root, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name := filepath.Join(root, filepath.FromSlash(f.Name))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if repository, _, err = gitrepo.Scan(context.Background(), gitrepo.Options{Root: root}); err != nil {
			t.Fatal(err)
		}
	}
	facts := merge.Join(merge.Sides{Now: now, Focus: topics, Cluster: cluster, Repository: repository})
	documents := map[string][]v1alpha1.DocLink{}
	for _, topic := range focus.Names() {
		for i := range maxDocs + 1 {
			documents[topic] = append(documents[topic], v1alpha1.DocLink{Title: fmt.Sprintf("%s %d", topic, i), URL: "https://fluxcd.io/" + topic})
		}
	}
	result := rules.Run(facts, rules.Options{})
	return Advise(facts, result.Findings, result.Upgrade, documents)
}

func archive(t *testing.T, name string) []txtar.File {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return a.Files
}

func TestAdvisersCoverAreasAndCapabilities(t *testing.T) {
	if !slices.Equal(Topics(), focus.Names()) {
		t.Errorf("advice is given on %v, the focuses are %v", Topics(), focus.Names())
	}
	for _, list := range [][]focus.Area{focus.Areas(), focus.Capabilities()} {
		for _, area := range list {
			served := slices.ContainsFunc(focus.Topics(), func(topic focus.Topic) bool {
				return slices.Contains(Topics(), topic.Name) && (slices.Contains(topic.Areas, area.ID) || slices.Contains(topic.Capabilities, area.ID))
			})
			if !served {
				t.Errorf("no advice serves %s", area.Title)
			}
		}
	}
}

// TestAdviceDiffers fails for advice that would fit any project.
func TestAdviceDiffers(t *testing.T) {
	fleet, home := archive(t, "fleet"), archive(t, "home")
	for _, topic := range focus.Names() {
		t.Run(topic, func(t *testing.T) {
			a, b := advise(t, fleet, nil, topic), advise(t, home, nil, topic)
			if len(a) == 0 || len(b) == 0 {
				if topic == "troubleshooting" {
					return // it needs a cluster
				}
				if len(a)+len(b) == 0 {
					t.Fatal("neither project gets advice that it asked for")
				}
				return
			}
			for _, part := range []struct{ name, a, b string }{
				{"today", a[0].Today, b[0].Today}, {"gap", a[0].Gap, b[0].Gap}, {"next", a[0].Next, b[0].Next},
			} {
				if part.a != "" && part.a == part.b {
					t.Errorf("%s fits both projects: %s", part.name, part.a)
				}
				for _, sentence := range strings.SplitAfter(part.a, ". ") {
					if sentence = strings.TrimSpace(sentence); sentence != "" && strings.Contains(part.b, sentence) {
						t.Errorf("%s: a sentence fits both projects: %s", part.name, sentence)
					}
				}
			}
			if len(a[0].Docs) != maxDocs {
				t.Errorf("%d documents", len(a[0].Docs))
			}
		})
	}
}

// TestAdvice holds some sentences to what the two projects are.
func TestAdvice(t *testing.T) {
	for _, test := range []struct{ project, topic, part, want string }{
		{"fleet", "sources", "today", "Flux fetches from 2 GitRepository, 1 HelmRepository"},
		{"fleet", "sources", "gap", "(SRC-08, apps/release.yaml:11)"},
		{"fleet", "sources", "next", "url: https://charts.example.com"},
		{"fleet", "kustomize", "gap", "ready as soon as applied"},
		{"fleet", "helm", "next", "driftDetection.mode: warn on orders"},
		{"fleet", "controllers", "today", "clusters/production"},
		{"fleet", "multi-tenancy", "today", "1 of 5 Kustomizations and HelmReleases act as an account of their own"},
		{"fleet", "monitoring", "gap", "told to nobody"},
		{"fleet", "image-automation", "gap", "fleet (images.yaml:11) commits to the branch that it reads"},
		{"fleet", "progressive-delivery", "today", "rolled out by Flagger: web"},
		{"fleet", "disaster-recovery", "next", "sops-age"},
		{"fleet", "migration", "today", "pins v2.8.1, and Flux 2.10 is the newest"},
		{"home", "sources", "next", "add spec.verify to app-template"},
		{"home", "helm", "today", "well done: 1 release detects drift"},
		{"home", "security", "today", "1 ExternalSecret"},
		{"home", "monitoring", "today", "1 of 2 Kustomizations and HelmReleases are covered"},
		{"home", "disaster-recovery", "gap", "1 volume claim"},
		{"home", "ci-cd", "next", "flux build kustomization cluster-apps --path ./kubernetes/apps"},
	} {
		t.Run(test.project+"/"+test.topic+"/"+test.part, func(t *testing.T) {
			for _, g := range advise(t, archive(t, test.project), nil) {
				if g.Topic != test.topic {
					continue
				}
				text := map[string]string{"today": g.Today, "gap": g.Gap, "next": g.Next}[test.part]
				if !strings.Contains(strings.ToLower(text), strings.ToLower(test.want)) {
					t.Errorf("got %q, want %q in it", text, test.want)
				}
				return
			}
			t.Errorf("no advice on %s", test.topic)
		})
	}
}

func TestFirstPath(t *testing.T) {
	file := func(name, data string) txtar.File { return txtar.File{Name: name, Data: []byte(data)} }
	for _, test := range []struct {
		name    string
		files   []txtar.File
		cluster *model.Cluster
	}{
		{"empty folder", []txtar.File{}, nil},
		{"plain manifests", []txtar.File{
			file("deploy/web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
			file("jobs/nightly.yaml", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\n"),
		}, nil},
		{"helm", []txtar.File{file("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n")}, nil},
		{"argo cd", []txtar.File{file("apps/web.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {source: {repoURL: \"https://git.example.com/web\", path: deploy}}\n")}, nil},
		{"templates", []txtar.File{file("templates/ks.yaml.j2", "kind: #{ kind }#\n"), file("templates/hr.yaml.j2", "x\n")}, nil},
		{"cluster without flux", nil, &model.Cluster{Context: "kind-dev", Reachable: true, KubernetesVersion: "v1.36.3"}},
		{"plain manifests and a cluster", []txtar.File{
			file("web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"),
		}, &model.Cluster{Context: "kind-dev", Reachable: true, KubernetesVersion: "v1.36.3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := advise(t, test.files, test.cluster)
			if len(got) == 0 || got[0].Topic != "gitops" || got[0].Next == "" {
				t.Fatalf("no first path: %+v", got)
			}
			golden(t, "first-path-"+strings.ReplaceAll(test.name, " ", "-"), text(got[:1]))
		})
	}
}

// TestNothingSecretIsSaid holds advice to the rule that no value of a Secret is
// ever printed.
func TestNothingSecretIsSaid(t *testing.T) {
	files := append(archive(t, "fleet"), txtar.File{Name: "apps/secret.yaml", Data: []byte("apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: web}\nstringData: {password: hunter2-hunter2}\n")})
	if got := text(advise(t, files, nil)); strings.Contains(got, "hunter2") || !strings.Contains(got, "apps/secret.yaml:4") {
		t.Errorf("got %s", got)
	}
}

func text(list []v1alpha1.Guidance) string {
	var b strings.Builder
	for _, g := range list {
		fmt.Fprintf(&b, "%s\n  today: %s\n  gap: %s\n  next: %s\n", g.Topic, g.Today, g.Gap, g.Next)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestEverySentenceNamesTheProject renames all that is this project's own: what
// is said of both fits any project that lacks the same.
func TestEverySentenceNamesTheProject(t *testing.T) {
	for name, renamed := range map[string]*strings.Replacer{
		"fleet": strings.NewReplacer("production", "eu-prod", "staging", "lab", "team-a", "blue", "orders", "billing", "charts", "library",
			"infrastructure", "platform", "apps", "shop", "web", "front", "images.yaml", "tags.yaml", "sops-age", "sops-pgp", "v2.8.1", "v2.7.5",
			"git.example.com/fleet", "git.example.org/ship", "name: fleet", "name: ship", "test.yaml", "check.yaml", "kubeconform", "kubeval", "flux-system/gotk", "flux-system/gotk"),
		"home": strings.NewReplacer("kubernetes/flux", "k8s/flux", "kubernetes/apps", "k8s/apps", "cluster-apps", "all-apps", "player", "reader", "media", "books", "app-template", "one-template",
			"alertmanager", "webex", "name: github", "name: forge", "type: github", "type: gitlab", "git.example.org/home", "git.example.net/house", "2.9.x", "2.8.x"),
	} {
		t.Run(name, func(t *testing.T) {
			files := archive(t, name)
			other := make([]txtar.File, len(files))
			for i, f := range files {
				other[i] = txtar.File{Name: renamed.Replace(f.Name), Data: []byte(renamed.Replace(string(f.Data)))}
			}
			topics := focus.Names()
			a, b := advise(t, files, nil, topics...), advise(t, other, nil, topics...)
			for i := range a {
				for _, part := range [][2]string{{a[i].Today, b[i].Today}, {a[i].Gap, b[i].Gap}, {a[i].Next, b[i].Next}} {
					for _, sentence := range strings.SplitAfter(strings.ReplaceAll(part[0], "-f . ", "-f ./ "), ". ") {
						if sentence = strings.TrimSpace(sentence); sentence != "" && strings.Contains(part[1], sentence) && !strings.ContainsAny(sentence, "0123456789") {
							t.Errorf("%s: a sentence fits any project: %s", a[i].Topic, sentence)
						}
					}
				}
			}
		})
	}
}
