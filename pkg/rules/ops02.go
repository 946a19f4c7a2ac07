package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ops02 = Rule{
	ID:       "OPS-02",
	Title:    "The controllers come from different releases of Flux",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Controllers and definitions are tested together within one minor; further apart a controller may not know a field, or a version, that another writes.",
	Fix:      "Upgrade all controllers and their definitions in one step.",
	Guard:    "Only controllers whose version a known release of Flux ships, and only a distance of two minors or more: neighbours are compatible. Definitions are compared with the controllers in the same way.",
	Since:    "0.1.0",
	Page:     pageReleases + "#supported-releases",
	Focus:    []string{"controllers", "migration"},
	check:    checkSkew,
}

func checkSkew(p *pass) {
	if p.Cluster == nil {
		return
	}
	var oldest, newest fluxver.Minor
	var first *model.Component
	var parts []string
	note := func(minor fluxver.Minor, what string) {
		if !minor.Known() {
			return
		}
		if !oldest.Known() || minor.Less(oldest) {
			oldest = minor
		}
		if newest.Less(minor) {
			newest = minor
		}
		parts = append(parts, what)
	}
	for i := range p.Cluster.Flux.Components {
		component := &p.Cluster.Flux.Components[i]
		minor := fluxver.OfComponent(component.Name, component.Version)
		if minor.Known() && first == nil {
			first = component
		}
		note(minor, fmt.Sprintf("%s %s (Flux %s)", component.Name, component.Version, minor))
	}
	if first == nil {
		return
	}
	for _, crd := range p.Cluster.Flux.CRDs {
		minor := fluxver.ParseMinor(crd.Release)
		if minor.Known() && (minor.Less(oldest) || newest.Less(minor)) {
			note(minor, fmt.Sprintf("%s.%s (Flux %s)", crd.Plural, crd.Group, minor))
		}
	}
	if oldest.Major != newest.Major || newest.Minor-oldest.Minor < 2 {
		return
	}
	p.report(finding{
		id:       deploymentID(first),
		evidence: strings.Join(parts, ", "),
		fix:      "flux install --export > gotk-components.yaml with one version, and commit it",
	})
}
