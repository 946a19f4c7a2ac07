package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr02 = Rule{
	ID:       "HR-02",
	Title:    "A production takes chart versions out of an open range",
	Severity: v1alpha1.SeverityInfo,
	Why:      "An upgrade happens when somebody else publishes, not when somebody here commits; clusters of one environment may differ.",
	Fix:      "Name one version, and let a dependency bot raise it.",
	Guard:    "Only releases in a folder of a production environment; ranges within one minor (1.2.x, ~1.2) are in order.",
	Since:    "0.1.0",
	Page:     pageHelmChart + "#version",
	Focus:    []string{"helm"},
	check:    checkChartRange,
}

func checkChartRange(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.Chart == nil || !production(object) || !openRange(spec.Chart.Spec.Version) {
			continue
		}
		p.report(finding{
			object: object, field: "spec.chart.spec.version",
			evidence: fmt.Sprintf("spec.chart.spec.version is %q for the chart %s", spec.Chart.Spec.Version, spec.Chart.Spec.Chart),
			fix:      "version: " + p.chartVersion(object),
		})
	}
}

// openRange is true for ranges that admit a new minor or major.
func openRange(version string) bool {
	version = strings.TrimSpace(version)
	switch {
	case version == "" || version == "*" || templated(version):
		return false // absent and any are HR-01
	case strings.HasPrefix(version, "^"), strings.HasPrefix(version, ">") && !strings.Contains(version, "<"):
		return true
	}
	parts := strings.Split(strings.TrimLeft(version, "~v= "), ".")
	wild := func(part string) bool { return part == "x" || part == "X" || part == "*" }
	return wild(parts[0]) || len(parts) > 1 && wild(parts[1])
}
