package output

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

func TestSARIF(t *testing.T) {
	for name, report := range map[string]*v1alpha1.ContextReport{"failing": failing(), "empty": v1alpha1.NewReport()} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := (&SARIF{Version: "0.1.0"}).PrintObj(report, &out); err != nil {
				t.Fatal(err)
			}
			log, err := sarif.FromBytes(out.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			// The library checks against the published schema of SARIF 2.1.0.
			if err := log.Validate(); err != nil {
				t.Error(err)
			}
			if got := len(log.Runs[0].Results); got != len(report.Findings) {
				t.Errorf("%d results for %d findings", got, len(report.Findings))
			}
			golden(t, name+".sarif", out.String())
		})
	}
}

// TestSARIFSuppressions keeps what is ignored in the log, marked as such.
func TestSARIFSuppressions(t *testing.T) {
	report := v1alpha1.NewReport()
	report.Ignored = []v1alpha1.IgnoredFinding{{
		Finding: v1alpha1.Finding{Rule: "KS-07", Severity: v1alpha1.SeverityWarning, Title: "x", Evidence: "y", File: "apps.yaml", Line: 3},
		Ignored: v1alpha1.Ignored{Reason: "on purpose"},
	}}
	var out bytes.Buffer
	if err := (&SARIF{Version: "0.1.0"}).PrintObj(report, &out); err != nil {
		t.Fatal(err)
	}
	log, err := sarif.FromBytes(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Validate(); err != nil {
		t.Error(err)
	}
	if results := log.Runs[0].Results; len(results) != 1 || len(results[0].Suppressions) != 1 || *results[0].Suppressions[0].Justification != "on purpose" {
		t.Errorf("got %s", out.String())
	}
}

func TestFingerprintsAreStableAndUnique(t *testing.T) {
	prints := func(report *v1alpha1.ContextReport) map[string]bool {
		seen, all := map[string]int{}, map[string]bool{}
		for _, finding := range report.Findings {
			all[fingerprint(finding, seen)] = true
		}
		return all
	}
	before := failing()
	after := failing()
	for i := range after.Findings {
		after.Findings[i].Line += 7
		before.Findings[i].Evidence += " beside apps/web.yaml:12"
		after.Findings[i].Evidence += " beside apps/web.yaml:19"
	}
	a, b := prints(before), prints(after)
	if len(a) != len(before.Findings) {
		t.Errorf("%d fingerprints for %d findings", len(a), len(before.Findings))
	}
	for print := range a {
		if !b[print] {
			t.Error("a fingerprint changed when lines moved")
		}
	}
}

func TestJUnit(t *testing.T) {
	for name, report := range map[string]*v1alpha1.ContextReport{"failing": failing(), "empty": v1alpha1.NewReport()} {
		t.Run(name, func(t *testing.T) {
			report.Findings = append([]v1alpha1.Finding{}, report.Findings...)
			for i := range report.Findings {
				report.Findings[i].Evidence += " <&> ]]>"
			}
			var out bytes.Buffer
			if err := (JUnit{}).PrintObj(report, &out); err != nil {
				t.Fatal(err)
			}
			var suites struct {
				Tests    int `xml:"tests,attr"`
				Failures int `xml:"failures,attr"`
				Skipped  int `xml:"skipped,attr"`
				Suites   []struct {
					Cases []struct {
						Name string `xml:"name,attr"`
					} `xml:"testcase"`
				} `xml:"testsuite"`
			}
			if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			if want := max(len(report.Findings), 1); suites.Tests != want || len(suites.Suites[0].Cases) != want {
				t.Errorf("%d test cases, want %d", suites.Tests, want)
			}
			if len(report.Findings) > 0 && (suites.Failures != 6 || suites.Skipped != 1) {
				t.Errorf("%d failed, %d skipped; want 6 and 1", suites.Failures, suites.Skipped)
			}
		})
	}
}

func TestOtherObjectsAreRefused(t *testing.T) {
	if err := (JUnit{}).PrintObj(nil, &bytes.Buffer{}); err == nil {
		t.Error("nil was printed")
	}
}
