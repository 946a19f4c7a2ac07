package gitrepo

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/test/corpus"
)

// truth is what is known of one repository.
type truth struct {
	Files        int            `json:"files"`
	YAMLFiles    int            `json:"yaml_files"`
	Templates    int            `json:"template_files"`
	ObjectsByGVK map[string]int `json:"objects_by_gvk"`
	ItemsByGVK   map[string]int `json:"list_items_by_gvk"`
	FileClasses  map[string]int `json:"file_classes"`
	Failures     []struct {
		File string `json:"file"`
		Line int    `json:"line"`
	} `json:"parse_failures"`
	Templated   []string `json:"templated_yaml"`
	FluxObjects []struct {
		APIVersion   string   `json:"apiVersion"`
		Kind         string   `json:"kind"`
		Namespace    string   `json:"namespace"`
		Name         string   `json:"name"`
		File         string   `json:"file"`
		Document     int      `json:"doc"`
		Line         int      `json:"line"`
		Role         string   `json:"role"`
		KustomizeNSs []string `json:"kustomize_ns"`
	} `json:"flux_objects"`
	Kustomizations []struct {
		File      string  `json:"file"`
		Kind      *string `json:"kind"`
		Namespace *string `json:"namespace"`
		Remote    []any   `json:"remote"`
		Bare      []any   `json:"dir_without_kustomization"`
	} `json:"kustomizations"`
	Missing []struct {
		File  string `json:"file"`
		Field string `json:"field"`
		Entry string `json:"entry"`
	} `json:"kustomize_missing"`
	Charts []struct {
		File    string `json:"file"`
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"helm_charts"`
	Secrets []struct {
		File        string              `json:"file"`
		Document    int                 `json:"doc"`
		Line        int                 `json:"line"`
		Keys        map[string][]string `json:"keys"`
		Placeholder bool                `json:"placeholder_only"`
	} `json:"secrets_plaintext"`
	SOPS []struct {
		File     string `json:"file"`
		Document int    `json:"doc"`
	} `json:"sops_documents"`
	SOPSConfigs []string `json:"sops_config_files"`
	Markers     []struct {
		File       string `json:"file"`
		Line       int    `json:"line"`
		Policy     string `json:"policy"`
		WellFormed bool   `json:"well_formed"`
	} `json:"imagepolicy_marker_list"`
	Paths []struct {
		File      string `json:"file"`
		Line      int    `json:"line"`
		Name      string `json:"name"`
		Path      string `json:"path"`
		Status    string `json:"status"`
		OfThis    string `json:"source_is_this_repo"`
		Escapes   bool   `json:"escapes_root"`
		Namespace string `json:"namespace"`
	} `json:"flux_kustomization_paths"`
}

// explained are the differences to the truth that are no mistakes: the lines of
// one fact that contain a text, and why.
var explained = []struct{ repository, fact, contains, reason string }{
	{
		"fluxcd__flux2-kustomize-helm-example", "paths", "clusters/", "the truth looks below the root of the repository; the paths lead into " +
			"artifacts that an ArtifactGenerator makes of its folders, in which they exist",
	},
	{
		"fluxcd__flux2-multi-tenancy", "paths", "infrastructure/kyverno/sync.yaml:1 ", "the source is another repository, whose root is no folder of this one",
	},
	{
		"allenporter__flux-local", "paths", "/flux/config/flux.yaml:13 flux ", "the source is the artifact of the Flux manifests, whose root is no folder of this " +
			"repository",
	},
}

func TestCorpus(t *testing.T) {
	folder := corpus.Folder(t)
	for _, archive := range corpus.Archives(t) {
		name := corpus.Name(archive)
		t.Run(name, func(t *testing.T) {
			want := readTruth(t, filepath.Join(folder, "truth", name+".json"))
			repo, problems, err := Scan(t.Context(), Options{Root: corpus.Unpack(t, archive)})
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems {
				t.Errorf("problem %s: %s", problem.Code, problem.Message)
			}
			for fact, sides := range factsOf(repo, want) {
				compareFacts(t, name, fact, sides[0], sides[1])
			}
		})
	}
}

// factsOf lists what both sides know, as lines of text that can be compared.
func factsOf(repo *model.Repository, want *truth) map[string][2][]string {
	facts := map[string][2][]string{}
	add := func(fact string, got, want []string) {
		slices.Sort(got)
		slices.Sort(want)
		facts[fact] = [2][]string{got, want}
	}
	number := func(n int) []string { return []string{fmt.Sprint(n)} }
	add("files", number(repo.Files), number(want.Files))
	add("yaml files", number(repo.YAMLFiles), number(want.YAMLFiles))
	add("templates", number(repo.Templates), number(want.Templates+want.FileClasses["helm_template"]+want.FileClasses["templated"]))

	census := maps.Clone(want.ObjectsByGVK)
	for kind, n := range want.ItemsByGVK {
		census[kind] += n
	}
	add("census", counts(repo.Census()), counts(census))

	var got, expected []string
	for _, e := range repo.ParseErrors {
		got = append(got, e.Location.String())
	}
	for _, e := range want.Failures {
		expected = append(expected, fmt.Sprintf("%s:%d", e.File, e.Line))
	}
	add("parse errors", got, expected)

	got, expected = nil, nil
	patches := map[string]bool{}
	for _, document := range repo.Documents {
		if fluxkind.IsGroup(document.ID().Group) && document.Patch {
			patches[document.File] = true
		}
	}
	for _, o := range repo.Objects {
		role := ""
		if patches[o.Location.File] {
			role = "patch"
		}
		got = append(got, fmt.Sprintf("%s document %d %s %s %s", o.Location, o.Location.Document, o.APIVersion, o.ID, role))
	}
	for _, o := range want.FluxObjects {
		role := ""
		if o.Role == "patch" {
			role = "patch"
		}
		expected = append(expected, fmt.Sprintf("%s:%d document %d %s %s %s", o.File, o.Line, o.Document, o.APIVersion,
			model.ID{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}, role))
	}
	add("flux objects", got, expected)

	got, expected = nil, nil
	remote, bare := 0, 0
	for _, k := range repo.Kustomizations {
		got = append(got, fmt.Sprintf("%s %s %s remote %d bare %d", k.File, k.Kind, k.Namespace, len(k.Remote), len(k.Bare)))
	}
	for _, k := range want.Kustomizations {
		expected = append(expected, fmt.Sprintf("%s %s %s remote %d bare %d", k.File, deref(k.Kind), deref(k.Namespace), len(k.Remote), len(k.Bare)))
		remote, bare = remote+len(k.Remote), bare+len(k.Bare)
	}
	add("kustomizations", got, expected)

	got, expected = nil, nil
	for _, k := range repo.Kustomizations {
		for _, entry := range k.Missing {
			got = append(got, fmt.Sprintf("%s %s %s", k.File, entry.Field, entry.Entry))
		}
	}
	for _, entry := range want.Missing {
		expected = append(expected, fmt.Sprintf("%s %s %s", entry.File, entry.Field, entry.Entry))
	}
	add("missing entries", got, expected)

	got, expected = nil, nil
	for _, c := range repo.Charts {
		got = append(got, fmt.Sprintf("%s/Chart.yaml %s %s", c.Path, c.Name, c.Version))
	}
	for _, c := range want.Charts {
		expected = append(expected, fmt.Sprintf("%s %s %s", c.File, c.Name, c.Version))
	}
	add("charts", got, expected)

	got, expected = nil, nil
	encrypted := map[model.Location]bool{}
	for _, document := range repo.Documents {
		if document.Encrypted {
			encrypted[document.Location] = true
		}
	}
	for _, m := range repo.Manifests {
		if m.Kind != "Secret" || m.Group != "" || encrypted[m.Location] || len(m.Entries) == 0 {
			continue
		}
		placeholder := true
		keys := map[string][]string{}
		for _, entry := range m.Entries {
			keys[entry.Field] = append(keys[entry.Field], entry.Key)
			placeholder = placeholder && entry.Class != model.ValueText && entry.Class != model.ValueCredential
		}
		got = append(got, fmt.Sprintf("%s document %d %v %t", m.Location, m.Location.Document, keys, placeholder))
	}
	for _, s := range want.Secrets {
		expected = append(expected, fmt.Sprintf("%s:%d document %d %v %t", s.File, s.Line, s.Document, s.Keys, s.Placeholder))
	}
	add("secrets", got, expected)

	got, expected = nil, nil
	for _, document := range repo.Documents {
		if document.Encrypted {
			got = append(got, fmt.Sprintf("%s document %d", document.File, document.Document))
		}
	}
	for _, s := range want.SOPS {
		expected = append(expected, fmt.Sprintf("%s document %d", s.File, s.Document))
	}
	add("sops documents", got, expected)

	got = nil
	for _, config := range repo.SOPS {
		got = append(got, config.File)
	}
	add("sops configurations", got, slices.Clone(want.SOPSConfigs))

	got, expected = nil, nil
	for _, m := range repo.Markers {
		policy := m.Namespace + ":" + m.Policy
		if m.Field != "" {
			policy += ":" + m.Field
		}
		got = append(got, m.Location.String()+" "+policy)
	}
	for _, m := range want.Markers {
		if m.WellFormed {
			expected = append(expected, fmt.Sprintf("%s:%d %s", m.File, m.Line, m.Policy))
		}
	}
	add("markers", got, expected)

	// The truth follows kustomizations; this one Flux Kustomizations, too.
	got, expected = nil, nil
	given := map[model.Location][]string{}
	for _, o := range repo.Objects {
		given[o.Location] = o.Namespaces
	}
	for _, o := range want.FluxObjects {
		location := model.Location{File: o.File, Line: o.Line, Document: o.Document}
		if len(o.KustomizeNSs) > 0 && o.Role != "patch" {
			got = append(got, fmt.Sprintf("%s %v", location, given[location]))
			expected = append(expected, fmt.Sprintf("%s %v", location, o.KustomizeNSs))
		}
	}
	add("namespaces", got, expected)

	got, expected = nil, nil
	for _, b := range repo.Builds {
		if b.Owner.Kind == "Kustomization" {
			got = append(got, fmt.Sprintf("%s %s found %t kustomization %t climbs %t", b.Location, b.Owner.Name, b.Found, b.Kustomization != "", b.Climbs))
		}
	}
	for _, p := range want.Paths {
		expected = append(expected, fmt.Sprintf("%s:%d %s found %t kustomization %t climbs %t", p.File, p.Line, p.Name,
			strings.HasPrefix(p.Status, "exists"), p.Status == "exists", p.Escapes))
	}
	add("paths", got, expected)
	return facts
}

func counts(census map[string]int) (lines []string) {
	for kind, n := range census {
		lines = append(lines, fmt.Sprintf("%s %d", kind, n))
	}
	return lines
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// compareFacts reports what one side has and the other has not, unless it is
// explained.
func compareFacts(t *testing.T, repository, fact string, got, want []string) {
	t.Helper()
	count := map[string]int{}
	for _, line := range got {
		count[line]++
	}
	for _, line := range want {
		count[line]--
	}
	known := func(line string) bool {
		for _, e := range explained {
			if e.repository == repository && e.fact == fact && strings.Contains(line, e.contains) {
				return true
			}
		}
		return false
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		switch {
		case count[line] == 0 || known(line):
		case count[line] > 0:
			t.Errorf("%s: not in the truth: %s", fact, line)
		default:
			t.Errorf("%s: not found: %s", fact, line)
		}
	}
}

func readTruth(t *testing.T, file string) *truth {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := &truth{}
	if err := json.Unmarshal(content, want); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestCorpusSkim compares what the skimmer says of every document of the corpus
// with what the library says, and holds it to its purpose: to spare most of
// them the library.
func TestCorpusSkim(t *testing.T) {
	s := &skimmer{wanted: func([]byte, []byte) bool { return false }}
	documents, accepted := 0, 0
	for _, archive := range corpus.Archives(t) {
		err := filepath.WalkDir(corpus.Unpack(t, archive), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || !model.IsYAML(path) {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil || !plainText(content) {
				return err
			}
			eachChunk(content, func(c chunk) bool {
				documents++
				if err := compareSkim(s, c.text); err != nil {
					t.Errorf("%s:%d: %v", path, c.line, err)
				}
				if _, more, ok := s.skim(c.text); ok {
					accepted++
				} else if more {
					if _, ok := s.load(c.text, &nodePool{}); ok {
						accepted++
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d documents are read without the library", accepted, documents)
	if accepted*10 < documents*9 {
		t.Error("that is too few")
	}
}
