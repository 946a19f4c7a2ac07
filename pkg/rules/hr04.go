package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr04 = Rule{
	ID:       "HR-04",
	Title:    "Releases take charts from a registry through a HelmRepository",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Each release then fetches the chart for itself; an OCIRepository fetches it once, can follow a digest and verifies signatures.",
	Fix:      "Use an OCIRepository with the Helm layerSelector, and spec.chartRef.",
	Guard:    "One finding for all releases.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#recommended-settings",
	Focus:    []string{"helm"},
	check:    checkOCICharts,
}

func checkOCICharts(p *pass) {
	var old []*model.Object
	total := 0
	url := ""
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		total++
		if spec.Chart == nil {
			continue
		}
		for _, source := range p.targets(object, model.RelationSource) {
			if repository, ok := source.Spec.(*fluxkind.HelmRepository); ok && repository.Type == "oci" {
				if len(old) == 0 {
					url = repository.URL + "/" + spec.Chart.Spec.Chart
				}
				old = append(old, object)
				break
			}
		}
	}
	p.reportAll(old, total, "HelmReleases use a HelmRepository of type oci", "spec.chart",
		fmt.Sprintf(`OCIRepository with url: %s and layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy}; chartRef: {kind: OCIRepository, name: NAME}`, url))
}
