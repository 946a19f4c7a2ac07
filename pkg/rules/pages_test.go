package rules

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// pagesFolder is where the reference of rules is written, from the rules and
// their test data.
const pagesFolder = "../../docs/rules"

const pagesMark = "<!-- Written by 'make generate'; do not edit. -->\n"

// TestPages fails for a rule without a page, for a page that says something else
// than the rule, and for a page without a rule.
func TestPages(t *testing.T) {
	pages := map[string]string{"README.md": indexPage(t)}
	for _, rule := range All() {
		pages[rule.ID+".md"] = rulePage(t, rule)
	}
	if *update {
		if err := os.MkdirAll(pagesFolder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range pages {
			if err := os.WriteFile(filepath.Join(pagesFolder, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		if content, err := os.ReadFile(filepath.Join(pagesFolder, name)); err != nil || string(content) != pages[name] {
			t.Errorf("%s/%s is not what the rules say (%v): run make generate", pagesFolder, name, err)
		}
	}
	written, err := filepath.Glob(filepath.Join(pagesFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range written {
		if _, ok := pages[filepath.Base(file)]; !ok {
			t.Errorf("%s is about a rule that is gone: remove it", file)
		}
	}
}

// TestExamples holds examples.txtar to the test data.
func TestExamples(t *testing.T) {
	var archive txtar.Archive
	for _, rule := range All() {
		archive.Files = append(archive.Files, txtar.File{Name: rule.ID, Data: []byte(exampleOf(t, rule.ID))})
	}
	want := txtar.Format(&archive)
	if *update {
		if err := os.WriteFile("examples.txtar", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(examplesFile) != string(want) {
		t.Error("examples.txtar does not match the test data: run make generate")
	}
	for _, rule := range All() {
		if !strings.Contains(rule.Example(), reportedMark) {
			t.Errorf("%s: the example does not say what is reported:\n%s", rule.ID, rule.Example())
		}
	}
}

func rulePage(t *testing.T, rule Rule) string {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "%s# %s: %s\n\n", pagesMark, rule.ID, rule.Title)
	fmt.Fprintf(&text, "| | |\n|---|---|\n| Severity | %s |\n", severityText(rule))
	fmt.Fprintf(&text, "| Focus | %s |\n| Since | %s |\n| Documentation | <%s> |\n\n", strings.Join(rule.Focus, ", "), rule.Since, rule.Page)
	fmt.Fprintf(&text, "## Why\n\n%s\n\n## What to do\n\n%s\n\n## When it says nothing\n\n%s\n", rule.Why, rule.Fix, rule.Guard)
	if rule.OnlyInFocus {
		text.WriteString("\nIt runs only when one of its focuses is asked for.\n")
	}
	fmt.Fprintf(&text, "\n## Example\n\n```yaml\n%s```\n", exampleOf(t, rule.ID))
	if good := goodComment(t, rule.ID); good != "" {
		fmt.Fprintf(&text, "\nNot reported: %s\n", good)
	}
	fmt.Fprintf(&text, "\n## Leave it out\n\nHere: annotate the object with `fluxctx.dev/ignore: %[1]s`. In many places: an entry of `.fluxctx.yaml`.\n\n"+
		"```yaml\nignore:\n  - rules: [%[1]s]\n    paths: [\"FOLDER/**\"]\n    reason: WHY\n    expires: 2027-12-31\n```\n", rule.ID)
	return text.String()
}

func severityText(rule Rule) string {
	text := string(rule.Severity)
	if rule.InFocus != "" {
		text += ", " + string(rule.InFocus) + " under its focuses"
	}
	return text
}

func indexPage(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	text.WriteString(pagesMark + "# Rules\n\nSeverities: critical is loss of data, a source that stops as a whole, or a secret that leaks; error will not reconcile; " +
		"warning works, but is not safe; info is advice.\n\n| rule | severity | finding |\n|---|---|---|\n")
	for _, rule := range All() {
		fmt.Fprintf(&text, "| [%[1]s](%[1]s.md) | %[2]s | %[3]s |\n", rule.ID, rule.Severity, rule.Title)
	}
	left, err := os.ReadFile(filepath.Join(testdata, "notdone.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	text.WriteString("\n## Not checked, and why\n\n| | check | reason |\n|---|---|---|\n")
	for line := range strings.Lines(string(left)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			t.Fatalf("notdone.tsv: %q has not three columns", line)
		}
		if _, done := Lookup(fields[0]); done {
			t.Errorf("notdone.tsv lists %s, which is done", fields[0])
		}
		fmt.Fprintf(&text, "| %s |\n", strings.Join(fields, " | "))
	}
	return text.String()
}

// caseFiles are the cases of a rule, the plain one first.
func caseFiles(t *testing.T, id, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata, id, kind+"*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no %s case", id, kind)
	}
	plain := filepath.Join(testdata, id, kind+".txtar")
	slices.SortStableFunc(files, func(a, b string) int { return boolRank(b == plain) - boolRank(a == plain) })
	return files
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// goodComment is what the good cases of a rule are about.
func goodComment(t *testing.T, id string) string {
	t.Helper()
	var parts []string
	for _, file := range caseFiles(t, id, "good") {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for line := range strings.Lines(string(archive.Comment)) {
			line = strings.TrimSpace(line)
			if keyword, _, ok := strings.Cut(line, ": "); ok && slices.Contains([]string{"focus", "now", "want", "undecided", "keys", "render", "git"}, keyword) {
				continue
			}
			if line != "" {
				words = append(words, line)
			}
		}
		if len(words) > 0 {
			parts = append(parts, strings.Join(words, " "))
		}
	}
	return strings.Join(parts, " ")
}

const reportedMark = "# <- "

// exampleOf is the YAML document of the first bad case in which the rule finds
// something, with a mark in the line that is reported.
func exampleOf(t *testing.T, id string) string {
	t.Helper()
	file := caseFiles(t, id, "bad")[0]
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		lines := strings.Split(strings.TrimRight(string(f.Data), "\n"), "\n")
		for i, line := range lines {
			if before, want, ok := strings.Cut(line, "# want: "); ok {
				severity, _, _ := strings.Cut(want, " ")
				lines[i] = before + reportedMark + severity
				return excerpt(f.Name, lines, i)
			}
		}
	}
	for line := range strings.Lines(string(archive.Comment)) {
		want, ok := strings.CutPrefix(strings.TrimSpace(line), "want: ")
		if !ok {
			continue
		}
		severity, rest, _ := strings.Cut(want, " ")
		at, _, _ := strings.Cut(rest, " ")
		if name, number, ok := strings.Cut(at, ":"); ok {
			if n, err := strconv.Atoi(number); err == nil {
				for _, f := range archive.Files {
					if f.Name == name || "@local/"+name == f.Name {
						lines := strings.Split(strings.TrimRight(string(f.Data), "\n"), "\n")
						if n <= len(lines) {
							lines[n-1] += " " + reportedMark + severity
							return excerpt(f.Name, lines, n-1)
						}
					}
				}
			}
		}
		if text := objectExample(archive, at, severity); text != "" {
			return text
		}
	}
	t.Fatalf("%s: nothing in %s shows what is reported", id, file)
	return ""
}

// objectExample finds the document of an object by its kind and name.
func objectExample(archive *txtar.Archive, object, severity string) string {
	parts := strings.Split(object, "/")
	for _, f := range archive.Files {
		lines := strings.Split(strings.TrimRight(string(f.Data), "\n"), "\n")
		kind := ""
		for i, line := range lines {
			if value, ok := strings.CutPrefix(line, "kind: "); ok {
				kind = value
			}
			if kind == parts[0] && hasName(line, parts[len(parts)-1]) {
				lines[i] += " " + reportedMark + severity
				return excerpt(f.Name, lines, i)
			}
		}
	}
	return ""
}

func hasName(line, name string) bool {
	_, after, ok := strings.Cut(line, "name: ")
	return ok && strings.TrimRight(strings.FieldsFunc(after+" ", func(r rune) bool { return r == ',' || r == '}' || r == ' ' })[0], "\"") == strings.Trim(name, "\"")
}

// excerpt is the document around a line, cut to what fits a page.
func excerpt(name string, lines []string, at int) string {
	const before, after = 30, 12
	first, last := at, at
	for first > 0 && lines[first-1] != "---" && at-first < before {
		first--
	}
	for last+1 < len(lines) && lines[last+1] != "---" && last-at < after {
		last++
	}
	shown := slices.Clone(lines[first : last+1])
	for i, line := range shown {
		if text, want, ok := strings.Cut(line, "# want: "); ok {
			severity, _, _ := strings.Cut(want, " ")
			shown[i] = text + reportedMark + severity
		}
	}
	if name == "@cluster.yaml" {
		name = "in the cluster"
	}
	return "# " + strings.TrimPrefix(name, "@local/") + "\n" + strings.Join(shown, "\n") + "\n"
}

// TestSeveritiesOfPages keeps the words of the index complete.
func TestSeveritiesOfPages(t *testing.T) {
	page := indexPage(t)
	for _, severity := range v1alpha1.Severities() {
		if !strings.Contains(page, string(severity)) {
			t.Errorf("the index does not explain %s", severity)
		}
	}
}
