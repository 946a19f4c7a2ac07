package output

import (
	"fmt"
	"io"

	"github.com/jstemmer/go-junit-report/v2/junit"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// JUnit prints each finding as a test case: advice is a skipped one, anything
// worse a failed one. A report without findings is one test case that passed.
type JUnit struct{}

// PrintObj implements printers.ResourcePrinter.
func (JUnit) PrintObj(obj runtime.Object, w io.Writer) error {
	report, err := contextReport(obj)
	if err != nil {
		return err
	}
	suite := junit.Testsuite{Name: "kubectl fluxctx", Time: "0"}
	if !report.Session.Timestamp.IsZero() {
		suite.SetTimestamp(report.Session.Timestamp.UTC())
	}
	for _, finding := range report.Findings {
		suite.AddTestcase(junitCase(finding))
	}
	if len(report.Findings) == 0 {
		suite.AddTestcase(junit.Testcase{Name: "no findings", Classname: "fluxctx"})
	}
	var suites junit.Testsuites
	suites.AddSuite(suite)
	if _, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"); err != nil {
		return err
	}
	return suites.WriteXML(w)
}

func junitCase(finding v1alpha1.Finding) junit.Testcase {
	place := finding.File
	switch {
	case place != "" && finding.Line > 0:
		place = fmt.Sprintf("%s:%d", place, finding.Line)
	case place == "" && finding.Object != nil:
		place = refString(*finding.Object)
	}
	result := &junit.Result{
		Message: finding.Title,
		Type:    string(finding.Severity),
		Data:    fmt.Sprintf("%s\n%s\n%s\n%s", place, finding.Evidence, finding.Fix, finding.Doc),
	}
	test := junit.Testcase{Name: finding.Rule + " " + place, Classname: "fluxctx." + finding.Rule}
	if finding.Severity == v1alpha1.SeverityInfo {
		test.Skipped = result
	} else {
		test.Failure = result
	}
	return test
}
