package docs

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// realOpenAPI is what an API server with the CRDs of Flux 2.9 publishes.
func realOpenAPI(t *testing.T) []byte {
	t.Helper()
	file, err := os.Open("testdata/openapi-kustomize-v1.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

var kustomizationV1 = model.InstalledCRD{Group: fluxkind.GroupKustomize, Kind: "Kustomization", Plural: "kustomizations", Version: "v1"}

func section(t *testing.T, sections []Section, title string) Section {
	t.Helper()
	for _, s := range sections {
		if s.Title == title {
			return s
		}
	}
	t.Fatalf("there is no section %q", title)
	return Section{}
}

func TestReferenceFromTheCluster(t *testing.T) {
	asked := 0
	sections, status := APIReference(t.Context(), API{
		Kinds: []model.InstalledCRD{kustomizationV1, {Group: "apps", Kind: "Deployment", Version: "v1"}},
		OpenAPI: func(_ context.Context, group, version string) ([]byte, error) {
			asked++
			if group+"/"+version != "kustomize.toolkit.fluxcd.io/v1" {
				t.Errorf("%s/%s was asked for", group, version)
			}
			return realOpenAPI(t), nil
		},
	})
	if status.Status != StatusLoaded || status.Documents != 1 || asked != 1 {
		t.Errorf("status %+v, asked %d times", status, asked)
	}
	overview := section(t, sections, "Kustomization")
	if overview.Source != SourceCluster || overview.Page != "Kustomization kustomize.toolkit.fluxcd.io/v1" || !slices.Equal(overview.Topics, []string{"kustomize"}) {
		t.Errorf("overview: %+v", overview)
	}
	for _, want := range []string{
		"- `spec.interval` (string, required, matches ",
		"- `spec.prune` (boolean, required)\n",
		"- `spec.dependsOn` (list of object)\n",
		"- `status.observedGeneration` (integer",
	} {
		if !strings.Contains(overview.Markdown, want) {
			t.Errorf("the overview lacks %q", want)
		}
	}
	if strings.Index(overview.Markdown, "`spec.interval`") > strings.Index(overview.Markdown, "`spec.components`") {
		t.Error("required fields do not come first")
	}
	substitute := section(t, sections, "Kustomization spec.postBuild")
	for _, want := range []string{"- `spec.postBuild.substitute` (map of string)", "- `spec.postBuild.substituteFrom[].kind` (string, required, one of `\"Secret\"`, `\"ConfigMap\"`)", "- `spec.postBuild.substituteFrom[].optional` (boolean, default `false`)"} {
		if !strings.Contains(substitute.Markdown, want) {
			t.Errorf("%q is missing in\n%s", want, substitute.Markdown)
		}
	}
}

func TestReferenceWithoutTheClustersAPI(t *testing.T) {
	for name, test := range map[string]struct {
		api    API
		status string
		reason string
		kinds  int // built-in, by the number of overviews
	}{
		"no cluster":      {API{}, StatusSkipped, "no cluster was asked for its API; the fields are those of Flux 2.9", 16},
		"a known minor":   {API{Minor: "2.10"}, StatusSkipped, "the fields are those of Flux 2.10", 16},
		"an unknown one":  {API{Minor: "2.4"}, StatusSkipped, "no built-in CRDs for this Flux version", 0},
		"one kind only":   {API{Kinds: []model.InstalledCRD{kustomizationV1}, Minor: "2.9"}, StatusSkipped, "Flux 2.9", 1},
		"a version of it": {API{Kinds: []model.InstalledCRD{{Group: fluxkind.GroupKustomize, Kind: "Kustomization", Version: "v1beta2"}}, Minor: "2.9"}, StatusSkipped, "no kind of it is installed", 0},
		"it is forbidden": {API{Kinds: []model.InstalledCRD{kustomizationV1}, Minor: "2.9", OpenAPI: func(context.Context, string, string) ([]byte, error) {
			return nil, errors.New("openapi is forbidden")
		}}, StatusFailed, "openapi is forbidden; the fields are those of Flux 2.9", 1},
		"it is no JSON": {API{Kinds: []model.InstalledCRD{kustomizationV1}, Minor: "2.9", OpenAPI: func(context.Context, string, string) ([]byte, error) {
			return []byte("<html>"), nil
		}}, StatusFailed, "invalid character", 1},
		"it lacks the kind": {API{Kinds: []model.InstalledCRD{kustomizationV1}, Minor: "2.9", OpenAPI: func(context.Context, string, string) ([]byte, error) {
			return []byte(`{"components":{"schemas":{"a":null,"b":{}}}}`), nil
		}}, StatusFailed, "has no kind Kustomization", 1},
	} {
		t.Run(name, func(t *testing.T) {
			sections, status := APIReference(t.Context(), test.api)
			if status.Status != test.status || !strings.Contains(status.Reason, test.reason) {
				t.Errorf("status %+v, want %q", status, test.reason)
			}
			kinds := 0
			for _, s := range sections {
				if s.Source != SourceBuiltin {
					t.Errorf("%s comes from %s", s.Title, s.Source)
				}
				if !strings.Contains(s.Title, " ") {
					kinds++
				}
			}
			if kinds != test.kinds && (test.kinds < 16 || kinds < 14) {
				t.Errorf("%d kinds, want %d", kinds, test.kinds)
			}
		})
	}
}

// Between the built-in minors, Alert and Provider were promoted and fields were
// added: the reference of the older one knows nothing of it.
func TestReferenceIsNeverNewer(t *testing.T) {
	fields := func(minor string) (pages map[string]bool, fields map[string]bool) {
		pages, fields = map[string]bool{}, map[string]bool{}
		sections, _ := APIReference(t.Context(), API{Minor: minor})
		for _, s := range sections {
			pages[s.Page] = true
			for line := range strings.Lines(s.Markdown) {
				if path, found := strings.CutPrefix(line, "- `"); found {
					fields[s.Page+" "+path[:strings.IndexByte(path, '`')]] = true
				}
			}
		}
		return pages, fields
	}
	minors := fluxver.CRDMinors()
	oldPages, oldFields := fields(minors[0])
	newPages, newFields := fields(minors[len(minors)-1])
	for _, kind := range []string{"Alert", "Provider"} {
		v1, beta := kind+" notification.toolkit.fluxcd.io/v1", kind+" notification.toolkit.fluxcd.io/v1beta3"
		if oldPages[v1] || !oldPages[beta] || !newPages[v1] {
			t.Errorf("%s: v1 in the old %v and in the new one %v", kind, oldPages[v1], newPages[v1])
		}
	}
	if len(oldFields) < 500 || len(newFields) < 500 {
		t.Errorf("%d and %d fields", len(oldFields), len(newFields))
	}
	descriptions, err := fluxver.CRDDescriptions(minors[0])
	if err != nil {
		t.Fatal(err)
	}
	described := 0
	sections, _ := APIReference(t.Context(), API{Minor: minors[0]})
	for _, s := range sections {
		described += strings.Count(s.Markdown, "): ")
	}
	if described < 500 || len(descriptions) == 0 {
		t.Errorf("%d fields have their description", described)
	}
}

func TestHostileSchemas(t *testing.T) {
	deep := strings.Repeat(`{"properties":{"a":`, 5000) + "{}" + strings.Repeat("}}", 5000)
	for name, spec := range map[string]string{
		"deep fields":       deep,
		"deep lists":        strings.Repeat(`{"items":`, 5000) + "{}" + strings.Repeat("}", 5000),
		"null fields":       `{"properties":{"a":null,"b":{"items":null,"additionalProperties":null}}}`,
		"a boolean for all": `{"properties":{"a":{"additionalProperties":true}}}`,
		"escape sequences":  `{"properties":{"a\u001b[2J":{"type":"\u001b[31m","description":"\u001b]0;x\u0007 text","default":"\u001b"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			document := `{"components":{"schemas":{"k":{"properties":{"spec":` + spec + `},"x-kubernetes-group-version-kind":[{"group":"kustomize.toolkit.fluxcd.io","version":"v1","kind":"Kustomization"}]}}}}`
			sections, _ := APIReference(t.Context(), API{Kinds: []model.InstalledCRD{kustomizationV1}, OpenAPI: func(context.Context, string, string) ([]byte, error) {
				return []byte(document), nil
			}})
			for _, s := range sections {
				if strings.ContainsAny(s.Title+s.Anchor+s.Markdown, "\x1b\x07") || len(s.Markdown) > 100_000 {
					t.Errorf("section %q: %.200q", s.Title, s.Markdown)
				}
			}
		})
	}
}

func TestLoaderAddsTheAPI(t *testing.T) {
	o, _ := testOptions(t, "")
	o.Focus = []string{"kustomize"}
	l := NewLoader(o)
	defer l.Close()
	l.AddAPI(t.Context(), API{Kinds: []model.InstalledCRD{kustomizationV1}, OpenAPI: func(context.Context, string, string) ([]byte, error) { return realOpenAPI(t), nil }})
	r := l.Load(t.Context(), o.Focus)
	if from(r, SourceCluster) < 5 || status(t, r, SourceCluster).Status != StatusLoaded {
		t.Errorf("%d sections, sources %+v", from(r, SourceCluster), r.Sources)
	}
	hits := NewIndex(r.Sections).Search("spec.postBuild.substituteFrom", 3)
	if len(hits) == 0 || !slices.ContainsFunc(hits, func(h Hit) bool { return h.Title == "Kustomization spec.postBuild" }) {
		t.Errorf("hits: %v", hits)
	}
}
