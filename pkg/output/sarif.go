package output

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

// SARIF prints the findings as SARIF 2.1.0, which code scanning services take.
// Paths are relative to the repository; fingerprints do not change when lines
// move.
type SARIF struct {
	// Version is that of this program.
	Version string
}

// sourceRoot is the base that SARIF consumers replace by the checkout.
const sourceRoot = "%SRCROOT%"

// PrintObj implements printers.ResourcePrinter.
func (p *SARIF) PrintObj(obj runtime.Object, w io.Writer) error {
	report, err := contextReport(obj)
	if err != nil {
		return err
	}
	run := sarif.NewRunWithInformationURI("kubectl-fluxctx", "https://github.com/fluxctx/kubectl-fluxctx")
	run.Tool.Driver.WithVersion(p.Version)
	run.WithResults([]*sarif.Result{}) // no finding is a result too
	seen := map[string]int{}
	for _, finding := range report.Findings {
		addResult(run, finding, seen)
	}
	for _, ignored := range report.Ignored {
		addResult(run, ignored.Finding, seen).AddSuppression(
			sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(ignored.Ignored.Reason))
	}
	log := sarif.NewReport()
	log.AddRun(run)
	return log.PrettyWrite(w)
}

// addResult adds a finding and its rule.
func addResult(run *sarif.Run, finding v1alpha1.Finding, seen map[string]int) *sarif.Result {
	rule := run.AddRule(finding.Rule).WithShortDescription(sarif.NewMultiformatMessageString().WithText(finding.Title))
	if finding.Doc != "" {
		rule.WithHelpURI(finding.Doc)
	}
	return run.CreateResultForRule(finding.Rule).
		WithLevel(sarifLevel(finding.Severity)).
		WithMessage(sarif.NewTextMessage(sarifMessage(finding))).
		WithPartialFingerprints(map[string]string{"fluxctx/v1": fingerprint(finding, seen)}).
		AddLocation(sarifLocation(finding))
}

func sarifLevel(severity v1alpha1.Severity) string {
	switch severity {
	case v1alpha1.SeverityCritical, v1alpha1.SeverityError:
		return "error"
	case v1alpha1.SeverityWarning:
		return "warning"
	}
	return "note"
}

func sarifMessage(finding v1alpha1.Finding) string {
	text := finding.Title + ": " + finding.Evidence
	if finding.Fix != "" {
		text += "\n" + finding.Fix
	}
	return text
}

// sarifLocation names the file, or for findings about the cluster alone the
// object.
func sarifLocation(finding v1alpha1.Finding) *sarif.Location {
	location := sarif.NewLocation()
	if finding.Object != nil {
		location.AddLogicalLocation(sarif.NewLogicalLocation().
			WithName(finding.Object.Name).
			WithFullyQualifiedName(refString(*finding.Object)).
			WithKind("resource"))
	}
	if finding.File == "" {
		return location
	}
	path := url.URL{Path: finding.File}
	physical := sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewArtifactLocation().WithURI(path.EscapedPath()).WithURIBaseID(sourceRoot))
	if finding.Line > 0 {
		physical.WithRegion(sarif.NewRegion().WithStartLine(finding.Line))
	}
	return location.WithPhysicalLocation(physical)
}

// lineNumber is that of a place that evidence names, as in apps/web.yaml:12.
var lineNumber = lazyregexp.New(`:[0-9]+\b|\bline [0-9]+`)

// fingerprint is made of what stays the same when a file grows: the rule, the
// file, the object and the evidence without its lines. Equal findings are
// numbered.
func fingerprint(finding v1alpha1.Finding, seen map[string]int) string {
	object := ""
	if finding.Object != nil {
		object = refString(*finding.Object)
	}
	key := fmt.Sprintf("%q %q %q %q", finding.Rule, finding.File, object, lineNumber().ReplaceAllString(finding.Evidence, ""))
	seen[key]++
	sum := sha256.Sum256([]byte(key + " " + strconv.Itoa(seen[key])))
	return hex.EncodeToString(sum[:16])
}
