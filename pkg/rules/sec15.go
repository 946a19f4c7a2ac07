package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

var sec15 = Rule{
	ID:       "SEC-15",
	Title:    "A controller has a published weakness",
	Severity: v1alpha1.SeverityError,
	Why:      "The weakness is public and mended in a later version; the controllers hold the rights to change everything in the cluster.",
	Fix:      "Upgrade Flux to the newest patch of a supported minor.",
	Guard:    "Only controllers whose version the cluster told.",
	Since:    "0.1.0",
	Page:     pageReleases + "#supported-releases",
	Focus:    []string{"security", "controllers", "migration"},
	check:    checkAdvisories,
}

func checkAdvisories(p *pass) {
	if p.Cluster == nil {
		return
	}
	for i := range p.Cluster.Flux.Components {
		component := &p.Cluster.Flux.Components[i]
		var ids []string
		fixed := ""
		for _, advisory := range fluxver.Advisories(component.Name, component.Version) {
			ids = append(ids, advisory.IDs...)
			if a, _ := fluxver.ParseVersion(fixed); fixed == "" || less(a, advisory.Fixed) {
				fixed = advisory.Fixed
			}
		}
		if len(ids) == 0 {
			continue
		}
		p.report(finding{
			id:       deploymentID(component),
			evidence: fmt.Sprintf("%s %s has %s", component.Name, component.Version, strings.Join(ids, ", ")),
			fix:      fmt.Sprintf("upgrade to a Flux with %s %s or newer: flux check --pre && flux install --export, committed in the place of gotk-components.yaml", component.Name, fixed),
		})
	}
}

func less(a fluxver.Version, text string) bool {
	b, ok := fluxver.ParseVersion(text)
	return ok && a.Less(b)
}
