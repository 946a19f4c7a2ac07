package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr03 = Rule{
	ID:       "HR-03",
	Title:    "A HelmRelease has no chart, or two",
	Severity: v1alpha1.SeverityError,
	Why:      "The API server refuses a HelmRelease unless exactly one of spec.chart and spec.chartRef is set.",
	Fix:      "Keep one of the two.",
	Guard:    "Patches are no releases. Without a cluster, releases that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#chart-reference",
	Focus:    []string{"helm"},
	check:    checkChartForm,
}

func checkChartForm(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		switch {
		case spec.Chart != nil && spec.ChartRef != nil:
			p.report(finding{object: object, field: "spec.chartRef", evidence: "spec.chart and spec.chartRef are both set", fix: "remove spec.chart or spec.chartRef"})
		case spec.Chart != nil || spec.ChartRef != nil:
		case p.mayBePatched(object) || len(object.RawSpec) == 0:
			p.undecided(object, "spec.chart and spec.chartRef are absent, and a patch may set one")
		case !live(object) && len(p.builders[object.Location.File]) == 0:
			p.undecided(object, "spec.chart and spec.chartRef are absent, and nothing builds the file: it may be a patch")
		default:
			p.report(finding{
				object: object, field: "spec", evidence: "neither spec.chart nor spec.chartRef is set",
				fix: "chartRef: {kind: OCIRepository, name: NAME}",
			})
		}
	}
}
