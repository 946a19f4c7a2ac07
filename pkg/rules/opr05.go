package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var opr05 = Rule{
	ID:       "OPR-05",
	Title:    "The lockdown of a FluxInstance has a gap",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without network policies every Pod reaches the artifacts of source-controller; without a tenant account named here, tenants act as the account default of their namespace, which may have any rights.",
	Fix:      "Leave networkPolicy on, and name tenantDefaultServiceAccount.",
	Guard:    "Only what is written out: networkPolicy: false, or multitenant: true without an account. The latter is information: the operator then uses the name default.",
	Since:    "0.1.0",
	Page:     pageTenancy + "#how-to-configure-flux-multi-tenancy",
	Focus:    []string{"multi-tenancy", "security"},
	check:    checkInstanceLockdown,
}

func checkInstanceLockdown(p *pass) {
	for object, spec := range specs[*fluxkind.FluxInstance](p.index) {
		if spec.Cluster == nil {
			continue
		}
		if policy := spec.Cluster.NetworkPolicy; policy != nil && !*policy {
			p.report(finding{object: object, field: "spec.cluster.networkPolicy", evidence: "spec.cluster.networkPolicy is false", fix: "networkPolicy: true"})
		}
		if spec.Cluster.Multitenant && spec.Cluster.TenantDefaultServiceAccount == "" {
			p.report(finding{
				object: object, field: "spec.cluster.multitenant", severity: v1alpha1.SeverityInfo,
				evidence: "spec.cluster.multitenant is true and tenantDefaultServiceAccount is absent",
				fix:      "tenantDefaultServiceAccount: flux",
			})
		}
	}
}
