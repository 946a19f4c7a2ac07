package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr14 = Rule{
	ID:       "HR-14",
	Title:    "Upgrades leave the CustomResourceDefinitions of the chart as they are",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Helm installs what is in crds/ once and never upgrades it; the new version of the operator then meets definitions of the old one.",
	Fix:      "Set upgrade.crds: CreateReplace.",
	Guard:    "Only charts that this repository holds and that have a crds folder: of others nobody here knows. Without a cluster, releases that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#controlling-the-lifecycle-of-custom-resource-definitions",
	Focus:    []string{"helm"},
	check:    checkCRDUpgrades,
}

func checkCRDUpgrades(p *pass) {
	if p.Repository == nil {
		return
	}
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.Chart == nil || spec.Chart.Spec.SourceRef.Kind != "GitRepository" || spec.Upgrade != nil && spec.Upgrade.CRDs != "" && spec.Upgrade.CRDs != "Skip" {
			continue
		}
		for _, chart := range p.Repository.Charts {
			if !chart.CRDs || chart.Path != cleanPath(spec.Chart.Spec.Chart) {
				continue
			}
			if p.mayBePatched(object) {
				p.undecided(object, "spec.upgrade.crds is absent, and a patch may set it")
				continue
			}
			p.report(finding{
				object: object, field: "spec.upgrade.crds",
				evidence: fmt.Sprintf("%s/crds exists, and spec.upgrade.crds is not set", chart.Path),
				fix:      "upgrade: {crds: CreateReplace}",
			})
		}
	}
}
