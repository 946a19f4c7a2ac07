// Package builtin_test checks the built-in reference as text: its form, its
// coverage, and that every YAML example can be parsed. It reads the files
// beside it and nothing else.
package builtin_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var (
	focuses = []string{
		"ci-cd", "controllers", "disaster-recovery", "gitops", "helm", "image-automation", "kustomize", "migration", "monitoring",
		"multi-cluster", "multi-tenancy", "performance", "progressive-delivery", "repository-structure", "security", "sources",
		"troubleshooting",
	}
	areas = []string{
		"gitops-workflows", "source-controllers", "kustomization-and-helm", "multi-tenancy", "security", "monitoring", "multi-cluster",
		"advanced-patterns", "disaster-recovery", "performance",
	}
	capabilities = []string{
		"workflow-design", "repository-structure", "source-management", "deployment-automation", "controller-configuration",
		"multi-tenancy", "security", "monitoring", "multi-cluster", "image-automation", "progressive-delivery", "disaster-recovery",
		"troubleshooting", "performance", "migration", "integration",
	}

	heading  = regexp.MustCompile(`^## (\S.*) \{#([a-z0-9]+(?:-[a-z0-9]+)*)\}$`)
	release  = regexp.MustCompile(`^Flux 2\.[0-9]+$`)
	page     = regexp.MustCompile(`^https://fluxcd\.io/(?:[a-z0-9_-]+/)+(?:#[a-z0-9-]+)?$`)
	language = regexp.MustCompile(`^[a-z]+$`)
)

// A section is one chapter of a document, split into what has rules of its own.
type section struct {
	line   int // of the heading, from 1
	anchor string
	body   []string // the lines below the heading
	meta   map[string]string
	prose  []string // without meta lines, headings and fences
	fences []fence
}

type fence struct {
	line     int // of the opening mark, from 1
	language string
	text     string
}

func TestEachFocusHasOneDocument(t *testing.T) {
	var found []string
	for _, file := range documents(t) {
		found = append(found, strings.TrimSuffix(file, ".md"))
	}
	if !slices.Equal(found, focuses) {
		t.Errorf("documents of %q, want %q", found, focuses)
	}
}

func TestDocuments(t *testing.T) {
	for _, file := range documents(t) {
		t.Run(file, func(t *testing.T) {
			sections := read(t, file)
			seen := map[string]bool{}
			for _, s := range sections {
				if seen[s.anchor] {
					t.Errorf("%s:%d: the anchor %q stands there twice", file, s.line, s.anchor)
				}
				seen[s.anchor] = true
				for _, fault := range s.faults() {
					t.Errorf("%s:%d: %s", file, s.line, fault)
				}
				for _, f := range s.fences {
					if err := f.check(); err != nil {
						t.Errorf("%s:%d: %v", file, f.line, err)
					}
				}
			}
		})
	}
}

func TestCoverage(t *testing.T) {
	count, byArea, byCapability := 0, map[string]int{}, map[string]int{}
	for _, file := range documents(t) {
		for _, s := range read(t, file) {
			count++
			for _, area := range list(s.meta["Areas"]) {
				byArea[area]++
			}
			for _, capability := range list(s.meta["Capabilities"]) {
				byCapability[capability]++
			}
		}
	}
	if count < 75 {
		t.Errorf("%d sections, want 75 at least", count)
	}
	for _, area := range areas {
		if byArea[area] < 3 {
			t.Errorf("%d sections about the area %s, want 3 at least", byArea[area], area)
		}
	}
	for _, capability := range capabilities {
		if byCapability[capability] < 3 {
			t.Errorf("%d sections about the capability %s, want 3 at least", byCapability[capability], capability)
		}
	}
}

// The checks above are only worth something if they can fail.
func TestFaultsAreFound(t *testing.T) {
	words := strings.Repeat("word ", 90)
	good := "\nSince: Flux 2.3\nAreas: security\nCapabilities: security\nRead: https://fluxcd.io/flux/security/\n\n" + words
	for name, body := range map[string]string{
		"no empty line":      strings.TrimPrefix(good, "\n"),
		"no empty line then": strings.Replace(good, "/\n\n", "/\n", 1),
		"order of facts":     strings.Replace(good, "Since: Flux 2.3\nAreas: security", "Areas: security\nSince: Flux 2.3", 1),
		"unknown area":       strings.Replace(good, "Areas: security", "Areas: secrets", 1),
		"area twice":         strings.Replace(good, "Areas: security", "Areas: security, security", 1),
		"unknown capability": strings.Replace(good, "Capabilities: security", "Capabilities: secrets", 1),
		"not a release":      strings.Replace(good, "Flux 2.3", "2.3", 1),
		"another host":       strings.Replace(good, "fluxcd.io", "example.com", 1),
		"no closing slash":   strings.Replace(good, "security/\n", "security\n", 1),
		"a stub":             strings.Replace(good, words, "word", 1),
		"words in a fence":   strings.Replace(good, words, "```text\n"+words+"\n```", 1),
		"open fence":         good + "\n```yaml\na: b\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := section{anchor: "a", body: strings.Split(body, "\n")}
			s.split()
			if len(s.faults()) == 0 {
				t.Errorf("nothing found in %q", body)
			}
		})
	}
	s := section{anchor: "a", body: strings.Split(good, "\n")}
	s.split()
	if faults := s.faults(); len(faults) > 0 {
		t.Errorf("found %q in a good section", faults)
	}
	for name, f := range map[string]fence{
		"no language":  {text: "a"},
		"not YAML":     {language: "yaml", text: "a: [b"},
		"key twice":    {language: "yaml", text: "a: 1\na: 2"},
		"empty":        {language: "yaml", text: "# nothing"},
		"no kind":      {language: "yaml", text: "apiVersion: v1\nmetadata:\n  name: a"},
		"no name":      {language: "yaml", text: "apiVersion: v1\nkind: Secret"},
		"second fails": {language: "yaml", text: "a: b\n---\napiVersion: v1\nkind: Secret\nmetadata: {}"},
	} {
		t.Run("fence "+name, func(t *testing.T) {
			if f.check() == nil {
				t.Errorf("nothing found in %q", f.text)
			}
		})
	}
}

// faults says what is wrong with the form of a section.
func (s section) faults() []string {
	var faults []string
	report := func(format string, args ...any) { faults = append(faults, s.anchor+": "+fmt.Sprintf(format, args...)) }

	order := []string{"Since", "Areas", "Capabilities", "Read"}
	if len(s.body) < len(order)+2 || s.body[0] != "" || s.body[len(order)+1] != "" {
		report("the heading, the facts and the text are set apart by one empty line each")
		return faults
	}
	for i, name := range order {
		if got, _, _ := strings.Cut(s.body[i+1], ": "); got != name {
			report("fact %d is %q, want %s", i+1, s.body[i+1], name)
		}
	}
	if !release.MatchString(s.meta["Since"]) {
		report("since %q is not a release", s.meta["Since"])
	}
	for name, known := range map[string][]string{"Areas": areas, "Capabilities": capabilities} {
		values := list(s.meta[name])
		for _, value := range values {
			if !slices.Contains(known, value) {
				report("%s: %q is not known", name, value)
			}
		}
		if slices.Sort(values); len(slices.Compact(values)) != len(list(s.meta[name])) {
			report("%s: a value stands there twice", name)
		}
	}
	for _, link := range list(s.meta["Read"]) {
		if !page.MatchString(link) {
			report("%q is not the address of a page on fluxcd.io with its trailing slash", link)
		}
	}
	if n := len(strings.Fields(strings.Join(s.prose, " "))); n < 90 {
		report("%d words of prose, want 90 at least", n)
	}
	for _, f := range s.fences {
		if f.language == openFence {
			report("the fence in line %d has no end", f.line)
		}
	}
	return faults
}

// openFence takes the place of the language of a fence that is never closed; no
// language is written like this.
const openFence = "!"

// check says what is wrong with an example. A kustomization file is no object
// of the API and has no name; everything else with an apiVersion is.
func (f fence) check() error {
	if !language.MatchString(f.language) {
		return fmt.Errorf("a fence with the language %q", f.language)
	}
	if f.language != "yaml" {
		return nil
	}
	decoder := yaml.NewDecoder(strings.NewReader(f.text))
	for n := 0; ; n++ {
		var document struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string `yaml:"kind"`
			Metadata   struct {
				Name string `yaml:"name"`
			} `yaml:"metadata"`
			Rest map[string]any `yaml:",inline"`
		}
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return errors.New("a YAML fence without a document")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		if document.APIVersion == "" {
			continue
		}
		if document.Kind == "" {
			return fmt.Errorf("document %d has an apiVersion and no kind", n)
		}
		if document.Metadata.Name == "" && !strings.HasPrefix(document.APIVersion, "kustomize.config.k8s.io/") {
			return fmt.Errorf("document %d, a %s, has no metadata.name", n, document.Kind)
		}
	}
}

// documents returns the names of the Markdown files of this folder, sorted.
func documents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents here: %v", err)
	}
	return files
}

// read splits a document and checks what stands before its first section.
func read(t *testing.T, file string) []section {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 6 || lines[0] != "---" || lines[1] != "focus: "+strings.TrimSuffix(file, ".md") ||
		!strings.HasPrefix(lines[2], "title: ") || lines[3] != "---" || lines[4] != "" {
		t.Fatalf("%s does not start with its front matter: focus and title", file)
	}
	var sections []section
	fenced := false
	for i, line := range lines[5:] {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		switch parts := heading.FindStringSubmatch(line); {
		case !fenced && parts != nil:
			sections = append(sections, section{line: i + 6, anchor: parts[2]})
		case !fenced && (strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ")):
			t.Fatalf("%s:%d: %q is no heading of a section", file, i+6, line)
		case len(sections) == 0:
			t.Fatalf("%s:%d: text before the first section", file, i+6)
		default:
			last := &sections[len(sections)-1]
			last.body = append(last.body, line)
		}
	}
	for i := range sections {
		sections[i].split()
	}
	return sections
}

// split sorts the lines of the body into facts, prose and fences.
func (s *section) split() {
	s.meta = map[string]string{}
	var open *fence
	for i, line := range s.body {
		mark, isMark := strings.CutPrefix(line, "```")
		name, value, isFact := strings.Cut(line, ": ")
		switch {
		case open != nil && isMark:
			s.fences = append(s.fences, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case isMark:
			open = &fence{line: s.line + 1 + i, language: mark}
		case i < 5 && isFact:
			s.meta[name] = value
		case !strings.HasPrefix(line, "#"):
			s.prose = append(s.prose, line)
		}
	}
	if open != nil {
		s.fences = append(s.fences, fence{line: open.line, language: openFence})
	}
}

// list splits the values of a fact.
func list(value string) []string { return strings.Split(value, ", ") }
