package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr05 = Rule{
	ID:       "HR-05",
	Title:    "The layer that a release selects is no Helm chart",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The OCIRepository hands the release a layer of another kind, which Helm cannot read as a chart.",
	Fix:      "Select the layer with media type application/vnd.cncf.helm.chart.content.v1.tar+gzip and operation copy.",
	Guard:    "Only OCIRepositories that a HelmRelease names and that select a layer of another media type; without a selector the first layer is used, which most often is the chart.",
	Since:    "0.1.0",
	Page:     pageOCIRepository + "#layer-selector",
	Focus:    []string{"helm", "sources"},
	check:    checkChartLayer,
}

const chartMediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

func checkChartLayer(p *pass) {
	for object, spec := range specs[*fluxkind.OCIRepository](p.index) {
		if spec.LayerSelector == nil || spec.LayerSelector.MediaType == "" || templated(spec.LayerSelector.MediaType) ||
			strings.HasPrefix(spec.LayerSelector.MediaType, "application/vnd.cncf.helm.chart.content") {
			continue
		}
		for _, consumer := range p.consumers[object] {
			if consumer.Kind != "HelmRelease" {
				continue
			}
			p.report(finding{
				object: object, field: "spec.layerSelector.mediaType",
				evidence: "spec.layerSelector.mediaType is " + spec.LayerSelector.MediaType + ", and " + consumer.ID.String() + " takes it as a chart",
				fix:      "layerSelector: {mediaType: " + chartMediaType + ", operation: copy}",
			})
			break
		}
	}
}
