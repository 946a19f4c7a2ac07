package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// mistakes compares a report with the list of planted mistakes of an example:
//
//	mistakes REPORT FOLDER
//
// Each row of FOLDER/mistakes.tsv has to be found by its rule in its file and
// at its line, or for Secrets at a line of the same object, and no other
// finding may be worse than a warning that is advice.
func mistakes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mistakes REPORT FOLDER")
	}
	var report v1alpha1.ContextReport
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &report))
	list, err := os.ReadFile(filepath.Join(ts.MkAbs(args[1]), "mistakes.tsv"))
	ts.Check(err)

	planted := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 4 || fields[0] == "id" {
			continue
		}
		number, err := strconv.Atoi(fields[2])
		ts.Check(err)
		key := fields[0] + " " + fields[1]
		planted[key] = true
		found := false
		for _, finding := range report.Findings {
			found = found || finding.Rule == fields[0] && finding.File == fields[1] && finding.Line == number
		}
		if !found {
			ts.Logf("not found: %s:%d %s (%s)", fields[1], number, fields[0], fields[3])
			defer ts.Fatalf("mistakes were missed")
		}
	}
	if len(planted) == 0 {
		ts.Fatalf("%s lists no mistakes", args[1])
	}
	for _, finding := range report.Findings {
		if finding.Severity != v1alpha1.SeverityInfo && !planted[finding.Rule+" "+finding.File] {
			ts.Logf("not planted: %s:%d %s %s: %s", finding.File, finding.Line, finding.Rule, finding.Title, finding.Evidence)
			defer ts.Fatalf("more was reported than is wrong")
		}
	}
}
