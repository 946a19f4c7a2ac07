package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src13 = Rule{
	ID:       "SRC-13",
	Title:    "Charts come from a HelmRepository of type oci, which is in maintenance mode",
	Severity: v1alpha1.SeverityInfo,
	Why:      "It gets no new features: it has no status, does not verify all a chart can be verified for, and cannot follow a digest.",
	Fix:      "Replace it by an OCIRepository for each chart, and spec.chart of the HelmReleases by spec.chartRef.",
	Guard:    "One finding for all of them. Information, since they go on working.",
	Since:    "0.1.0",
	Page:     pageHelmRepository + "#helm-oci-repository",
	Focus:    []string{"sources", "helm", "migration"},
	check:    checkOCIHelmRepositories,
}

func checkOCIHelmRepositories(p *pass) {
	var old []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.HelmRepository](p.index) {
		if total++; spec.Type == "oci" {
			old = append(old, object)
		}
	}
	p.reportAll(old, total, "HelmRepositories have type oci", "spec.type",
		"kind: OCIRepository, with the chart's name at the end of spec.url and spec.ref.semver for its version; in the HelmRelease chartRef: {kind: OCIRepository, name: NAME}")
}
