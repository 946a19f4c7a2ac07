package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ten03 = Rule{
	ID:       "TEN-03",
	Title:    "What a tenant commits is applied with the rights of Flux",
	Severity: v1alpha1.SeverityError,
	Why:      "Without spec.serviceAccountName the controller applies as itself, which is cluster-admin: the tenant can change every namespace.",
	Fix:      "Set spec.serviceAccountName, or start the controllers with --default-service-account.",
	Guard: "Only Kustomizations and HelmReleases in the namespace of a tenant, and only when the cluster said that its controllers have no default account. Without a cluster it is " +
		"left open.",
	Since: "0.1.0",
	Page:  pageTenancy + "#how-to-configure-flux-multi-tenancy",
	Focus: []string{"multi-tenancy", "security"},
	check: checkTenantAccounts,
}

func checkTenantAccounts(p *pass) {
	namespaces := p.tenantNamespaces()
	for _, object := range p.objects {
		account, controller := "", ""
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			account, controller = spec.ServiceAccountName, "kustomize-controller"
		case *fluxkind.HelmRelease:
			account, controller = spec.ServiceAccountName, "helm-controller"
		default:
			continue
		}
		tenant := tenantOf(object, namespaces)
		if account != "" || tenant == "" {
			continue
		}
		component := p.component(controller)
		if component == nil || !live(object) {
			p.undecided(object, "spec.serviceAccountName is absent; whether the controllers have a default account is not known")
			continue
		}
		if value, given := component.Flag("default-service-account"); given && value != "" {
			continue
		}
		p.report(finding{
			object: object, field: "spec.serviceAccountName",
			evidence: fmt.Sprintf("spec.serviceAccountName is absent in a namespace of the tenant %s, and %s runs without --default-service-account", tenant, controller),
			fix:      "serviceAccountName: " + p.accountOf(object.Namespace, tenant),
		})
	}
}

// accountOf is the service account that a tenant has in a namespace, else the
// one that flux create tenant would make.
func (x *index) accountOf(namespace, tenant string) string {
	for manifest := range x.manifests("", "ServiceAccount") {
		if manifest.Namespace == namespace && (manifest.Name == tenant || manifest.Labels[tenantLabel] == tenant) {
			return manifest.Name
		}
	}
	for _, object := range x.objects {
		if object.Namespace != namespace || object.Spec == nil {
			continue
		}
		for _, ref := range object.Spec.References(object.ID) {
			if ref.Relation == model.RelationServiceAccount {
				return ref.Target.Name
			}
		}
	}
	return tenant
}
