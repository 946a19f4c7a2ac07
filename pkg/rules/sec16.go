package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var sec16 = Rule{
	ID:       "SEC-16",
	Title:    "Charts may look up names while they are rendered",
	Severity: v1alpha1.SeverityWarning,
	Why:      "With the gate AllowDNSLookups a chart's templates can call getHostByName: whoever writes a chart can send data out of the cluster by DNS.",
	Fix:      "Remove the gate from helm-controller unless a chart needs it.",
	Guard:    "Only when the cluster said how helm-controller runs.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/installation/configuration/helm-dns-lookup/",
	Focus:    []string{"security", "helm", "controllers"},
	check:    checkDNSLookups,
}

func checkDNSLookups(p *pass) {
	component := p.component("helm-controller")
	if on, _ := gate(component, "AllowDNSLookups"); on {
		p.report(finding{
			id:       deploymentID(component),
			evidence: "helm-controller runs with --feature-gates=AllowDNSLookups=true",
			fix:      "remove AllowDNSLookups=true from the arguments of helm-controller",
		})
	}
}
