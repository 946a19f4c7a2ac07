package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr01 = Rule{
	ID:       "HR-01",
	Title:    "Any version of the chart may be installed",
	Severity: v1alpha1.SeverityWarning,
	Why: "Without a version the newest chart of the repository is installed as soon as it is published: an upgrade that nobody reviewed, " +
		"and another one on every cluster that is rebuilt.",
	Fix:   "Set spec.chart.spec.version to the version that runs now, and let a dependency bot propose the next.",
	Guard: "Charts from a GitRepository or Bucket have no version to choose. Without a cluster, releases that a patch may complete are left open.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/source/helmcharts/#version",
	Focus: []string{"helm"},
	check: checkChartVersion,
}

func checkChartVersion(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.Chart == nil {
			continue
		}
		chart := spec.Chart.Spec
		if chart.SourceRef.Kind != "HelmRepository" || chart.Chart == "" || strings.Trim(chart.Version, " ") != "" && strings.Trim(chart.Version, " *") != "" {
			continue
		}
		if chart.Version == "" && p.mayBePatched(object) {
			p.undecided(object, "spec.chart.spec.version is absent, and a patch may set it")
			continue
		}
		severity, where := v1alpha1.Severity(""), ""
		if production(object) {
			severity, where = v1alpha1.SeverityError, ", in production"
		}
		p.report(finding{
			object: object, field: "spec.chart.spec.version", severity: severity,
			evidence: fmt.Sprintf("spec.chart.spec.version is %s for the chart %s%s", orAbsent(chart.Version), chart.Chart, where),
			fix:      fmt.Sprintf("version: %s", p.chartVersion(object)),
		})
	}
}

// chartVersion is the version that runs, for a fix that changes nothing.
func (p *pass) chartVersion(object *model.Object) string {
	if len(object.Status.History) > 0 && object.Status.History[0].ChartVersion != "" {
		return object.Status.History[0].ChartVersion
	}
	return fmt.Sprintf("the version that runs: helm list -n %s", storageNamespace(object))
}
