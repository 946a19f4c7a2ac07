package rules

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/render"
	"github.com/fluxctx/kubectl-fluxctx/test/corpus"
)

var update = flag.Bool("update", false, "write the lists and goldens anew")

// reviewed is the list of all findings of at least warning in the corpus, with
// what a person who opened the file says of each: verdict is true or false, and
// reason says why. Only the place is kept, nothing of the files.
var reviewed = filepath.Join(testdata, "corpus.tsv")

var reviewedColumns = []string{"rule", "repository", "path", "line", "severity", "verdict", "reason"}

// TestCorpus fails for findings that nobody has reviewed, for those that are
// listed and gone, and for an error or a critical finding that is not true.
func TestCorpus(t *testing.T) {
	archives := corpus.Archives(t)
	known := readReviewed(t)
	var rows [][]string
	for _, archive := range archives {
		for _, f := range folderFindings(t, corpus.Unpack(t, archive)) {
			if f.Severity.Rank() < v1alpha1.SeverityWarning.Rank() {
				continue
			}
			row := []string{f.Rule, corpus.Name(archive), f.File, strconv.Itoa(f.Line), string(f.Severity), "", ""}
			place := strings.Join(row[:5], "\t")
			if verdict, ok := known[place]; ok {
				copy(row[5:], verdict)
			}
			if !slices.ContainsFunc(rows, func(other []string) bool { return strings.Join(other[:5], "\t") == place }) {
				rows = append(rows, row)
			}
			if row[5] == "" && !*update {
				t.Errorf("not reviewed: %s: %s", place, f.Evidence)
			}
			if row[5] != "true" && f.Severity.Rank() > v1alpha1.SeverityWarning.Rank() && !*update {
				t.Errorf("reported, and not true: %s: %s", place, f.Evidence)
			}
		}
	}
	if *update {
		writeReviewed(t, rows)
		return
	}
	for place := range known {
		if !slices.ContainsFunc(rows, func(row []string) bool { return strings.Join(row[:5], "\t") == place }) {
			t.Errorf("listed and gone: %s", place)
		}
	}
}

// folderFindings are those of a folder, without a cluster, as the command makes
// them.
func folderFindings(t testing.TB, root string) []v1alpha1.Finding {
	t.Helper()
	return Run(folderFacts(t, root), Options{}).Findings
}

// folderFacts reads and renders a folder.
func folderFacts(t testing.TB, root string) *model.Facts {
	t.Helper()
	repository, problems, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Log(problem)
	}
	facts := merge.Join(merge.Sides{Now: casesNow, Repository: repository})
	facts.Rendering, _ = render.Run(context.Background(), repository, os.DirFS(root), render.Options{})
	return facts
}

func readReviewed(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(reviewed)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma, reader.LazyQuotes = '\t', true
	rows, err := reader.ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], reviewedColumns) {
		t.Fatalf("%s does not begin with the columns %v: %v", reviewed, reviewedColumns, err)
	}
	known := map[string][]string{}
	for _, row := range rows[1:] {
		known[strings.Join(row[:5], "\t")] = row[5:]
		if severity := v1alpha1.Severity(row[4]); !*update && severity.Rank() > v1alpha1.SeverityWarning.Rank() && (row[5] != "true" || row[6] == "") {
			t.Errorf("%s: an error or critical finding is listed as true, with the reason: %v", reviewed, row)
		}
	}
	return known
}

func writeReviewed(t *testing.T, rows [][]string) {
	t.Helper()
	var out strings.Builder
	for _, row := range slices.Concat([][]string{reviewedColumns}, rows) {
		fmt.Fprintln(&out, strings.Join(row, "\t"))
	}
	if err := os.WriteFile(reviewed, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
