package rules

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// fault is one that a generator has planted in a fleet, from the answer key
// faults.json. File and Line are where it is; a fault of a whole document has
// the line on which the document begins.
type fault struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Object string `json:"object"`
	// Cycle are the names of the members of a dependency cycle.
	Cycle []string `json:"cycle"`
}

// faultRules are the rules that find each type of fault.
var faultRules = map[string]string{
	"broken-yaml":                    "SCH-03",
	"dependson-cycle":                "KS-04",
	"dependson-missing":              "KS-05",
	"deprecated-api":                 "DEP-01",
	"dir-without-kustomization":      "KS-03",
	"duplicate-key":                  "SCH-03",
	"duplicate-object":               "SCH-04",
	"flux-path-missing":              "KS-01",
	"imagepolicy-missing-repository": "IMG-01",
	"latest-tag":                     "WRK-01",
	"marker-undefined-policy":        "IMG-03",
	"missing-resource":               "KS-03",
	"overlapping-path":               "KS-20",
	"patch-target-missing":           "KS-31",
	"plaintext-secret":               "SEC-01",
	"sops-without-decryption":        "SEC-03",
	"sourceref-missing":              "SRC-01",
	"suspended-in-git":               "KS-24",
	"undefined-substitution":         "KS-14",
	"unpinned-chart":                 "HR-01",
	"unreferenced-file":              "STR-02",
}

// TestFleets finds what was planted in generated repositories, at file and line,
// and nothing else of the same kind. Each folder below FLUXCTX_FLEETS holds one,
// in repo, and its answer key, in faults.json.
func TestFleets(t *testing.T) {
	folder := os.Getenv("FLUXCTX_FLEETS")
	if folder == "" {
		t.Skip("set FLUXCTX_FLEETS to a folder with generated fleets")
	}
	keys, err := filepath.Glob(filepath.Join(folder, "*", "faults.json"))
	if err != nil || len(keys) == 0 {
		t.Fatalf("%s holds no fleets: %v", folder, err)
	}
	for _, key := range keys {
		t.Run(filepath.Base(filepath.Dir(key)), func(t *testing.T) { checkFleet(t, key) })
	}
}

func checkFleet(t *testing.T, key string) {
	content, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	var planted struct {
		Faults []fault `json:"faults"`
	}
	if err := json.Unmarshal(content, &planted); err != nil || len(planted.Faults) == 0 {
		t.Fatal(len(planted.Faults), err)
	}
	facts := folderFacts(t, filepath.Join(filepath.Dir(key), "repo"))
	repository := facts.Repository
	findings := Run(facts, Options{}).Findings
	explained := map[int]bool{}
	found := 0
	for _, fault := range planted.Faults {
		rule, known := faultRules[fault.Type]
		if !known {
			t.Fatalf("faults of type %s are new", fault.Type)
		}
		met := false
		for i, f := range findings {
			if f.Rule == rule && fault.metBy(repository, f) {
				explained[i], met = true, true
			}
		}
		if met {
			found++
		} else {
			t.Errorf("%s is not found at %s:%d", fault.Type, fault.File, fault.Line)
		}
	}
	t.Logf("%d of %d faults are found", found, len(planted.Faults))
	for i, f := range findings {
		// The odd files are oddities, and orphans are planted by the thousand.
		if !explained[i] && f.Severity.Rank() >= v1alpha1.SeverityError.Rank() && !strings.HasPrefix(f.File, "odd/") {
			t.Errorf("nobody planted %s at %s:%d: %s", f.Rule, f.File, f.Line, f.Evidence)
		}
	}
}

// metBy is true for a finding in the place of the fault: on its line, or inside
// of the document that begins there. Of two documents or objects that only
// together are wrong, one is the place and the evidence names the other.
func (f fault) metBy(repository *model.Repository, found v1alpha1.Finding) bool {
	place := model.Location{File: f.File, Line: f.Line}.String()
	switch {
	case found.File == f.File && found.Line == f.Line:
		return true
	case f.Type == "duplicate-object":
		return strings.Contains(found.Evidence, place)
	case found.File != f.File:
		return false
	case f.Cycle != nil:
		return !slices.ContainsFunc(f.Cycle, func(name string) bool { return !strings.Contains(found.Evidence, "/"+name) })
	}
	document := documentAround(repository, found.File, found.Line)
	return document != nil && document.Line == f.Line
}

// documentAround is the document that holds a line.
func documentAround(repository *model.Repository, file string, line int) *model.Document {
	documents := repository.Documents
	first, _ := slices.BinarySearchFunc(documents, file, func(d model.Document, file string) int { return cmp.Compare(d.File, file) })
	var around *model.Document
	for i := first; i < len(documents) && documents[i].File == file && documents[i].Line <= line; i++ {
		around = &documents[i]
	}
	return around
}
