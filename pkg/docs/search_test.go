package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string][]string{
		"Two words, and a third.":            {"two", "word", "and", "a", "third"},
		"spec.postBuild.substituteFrom":      {"spec.postbuild.substitutefrom", "spec", "postbuild", "substitutefrom"},
		"kustomize.toolkit.fluxcd.io/v1":     {"kustomize.toolkit.fluxcd.io/v1", "kustomize", "toolkit", "fluxcd", "io", "v1"},
		"--no-cross-namespace-refs=true":     {"no-cross-namespace-ref", "no", "cross", "namespace", "ref", "true"},
		"status, class; bus GitRepositories": {"statu", "class", "bus", "gitrepositorie"},
		"flux-system's ./apps/ ":             {"flux-system", "flux", "system", "s", "app"},
		"Überblick":                          {"Überblick"},
		"... -- __ //":                       nil,
		"":                                   nil,
	} {
		var got []string
		tokens(text, func(term []byte) { got = append(got, string(term)) })
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	long := 0
	tokens(strings.Repeat("x", 10_000), func(term []byte) { long = len(term) })
	if long != maxTerm {
		t.Errorf("a word of 10000 letters is a term of %d", long)
	}
}

func testSections(texts ...string) []Section {
	var sections []Section
	for i, text := range texts {
		title, markdown, _ := strings.Cut(text, ": ")
		sections = append(sections, Section{Title: title, URL: fmt.Sprint(i), Markdown: markdown, Topics: []string{"gitops"}})
	}
	return sections
}

func TestSearchRanks(t *testing.T) {
	sections := testSections(
		"Intervals: How often a Kustomization is reconciled. The interval of a source is another.",
		"Signed commits: Set spec.verify to check commits with GPG keys before anything is applied.",
		"Keys: A key can be a deploy key.",
		"Long: "+strings.Repeat("Words about nothing at all. ", 200)+"Commits are mentioned once.",
		"Pruning: What leaves Git is deleted.",
	)
	index := NewIndex(sections)
	for query, want := range map[string][]string{
		"verify signed commits": {"Signed commits", "Long"},
		"spec.verify":           {"Signed commits"},
		"VERIFY":                {"Signed commits"},
		"commit":                {"Signed commits", "Long"},
		"intervals":             {"Intervals"},
		"prune":                 nil, // words are not cut further than their plural
		"pruning":               {"Pruning"},
		"unheard of":            {"Intervals"}, // "of"
		"":                      nil,
		"?!":                    nil,
	} {
		t.Run(query, func(t *testing.T) {
			var got []string
			for _, hit := range index.Search(query, 10) {
				got = append(got, hit.Title)
				if hit.Score <= 0 {
					t.Errorf("score %v", hit.Score)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	if hits := index.Search("commits keys deleted", 2); len(hits) != 2 {
		t.Errorf("%d hits, want 2 at most", len(hits))
	}
	if hit := index.Search("gpg keys", 1)[0]; !strings.HasPrefix(hit.Excerpt, "Set spec.verify") {
		t.Errorf("the excerpt is %q", hit.Excerpt)
	}
	if hits := NewIndex(nil).Search("anything", 5); len(hits) != 0 {
		t.Errorf("an empty index finds %v", hits)
	}
}

// What a user would ask, and a section that should be among the first three.
func TestSearchOfTheBuiltinReference(t *testing.T) {
	index := NewIndex(slices.Clone(Builtin()))
	for query, want := range map[string]string{
		"SOPS age decryption":               "SOPS with age",
		"dependsOn readyExpr order":         "Dependencies",
		"postBuild substituteFrom variable": "Post-build substitution",
		"drift detection helm":              "Drift detection for releases",
		"namespace isolation tenant rbac":   "The tenancy model",
		"verify signed commits gpg":         "Signed commits",
		"workload identity":                 "Workload identity for controllers",
		"ArtifactGenerator":                 "ArtifactGenerator and ExternalArtifact",
		"suspend resume":                    "Suspend, resume, and emergency changes",
	} {
		t.Run(query, func(t *testing.T) {
			var titles []string
			for _, hit := range index.Search(query, 3) {
				titles = append(titles, hit.Title)
			}
			if !slices.Contains(titles, want) {
				t.Errorf("the first three are %q", titles)
			}
		})
	}
}

func TestSearchOfTheRealSite(t *testing.T) {
	root := os.Getenv(siteEnv)
	if root == "" {
		t.Skipf("%s names no folder with pages", siteEnv)
	}
	server := newNetlify(t, filepath.Clean(root))
	o, _ := testOptions(t, server.URL)
	o.Focus, o.Timeout = focus.Names(), timeEnough
	index := NewIndex(Load(t.Context(), o).Sections)
	for query, want := range map[string]string{
		"spec.postBuild.substituteFrom":       "#post-build-variable-substitution",
		"no-cross-namespace-refs":             "multitenancy",
		"kubeconfig remote clusters":          "#kubeconfig-remote-clusters",
		"canary analysis metrics":             "/flagger/",
		"imagepolicy semver range":            "imagepolicies",
		"helm controller drift detection":     "drift-detection",
		"flux bootstrap generic git server":   "generic-git-server",
		"sealed secrets kubeseal public key":  "sealed-secrets",
		"webhook receiver github hmac secret": "receivers",
	} {
		t.Run(query, func(t *testing.T) {
			var urls []string
			for _, hit := range index.Search(query, 5) {
				urls = append(urls, hit.URL)
			}
			if !strings.Contains(strings.Join(urls, " "), want) {
				t.Errorf("the first five are %q", urls)
			}
		})
	}
}

func TestBest(t *testing.T) {
	scores := []float64{0, 2, 5, 2, 5, 1, 0, 3}
	for n, want := range map[int][]int{0: nil, 1: {2}, 3: {2, 4, 7}, 5: {2, 4, 7, 1, 3}, 100: {2, 4, 7, 1, 3, 5}} {
		if got := best(scores, n); !slices.Equal(got, want) {
			t.Errorf("the best %d are %v, not %v", n, got, want)
		}
	}
}
