package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ten06 = Rule{
	ID:       "TEN-06",
	Title:    "A tenant has rights in the whole cluster",
	Severity: v1alpha1.SeverityError,
	Why:      "A ClusterRoleBinding grants its role in every namespace, those of other tenants included.",
	Fix:      "Replace it by a RoleBinding in each namespace of the tenant.",
	Guard:    "Only bindings of the repository whose subject is a service account in the namespace of a tenant that the label of flux create tenant names, or that a Kustomization or HelmRelease of such a tenant acts as. Roles that only read are information; cluster-admin is reported by SEC-13.",
	Since:    "0.1.0",
	Page:     pageTenancy + "#flux-user-roles",
	Focus:    []string{"multi-tenancy", "security"},
	check:    checkTenantBindings,
}

func checkTenantBindings(p *pass) {
	namespaces := p.tenantNamespaces()
	users := p.impersonated()
	for manifest := range p.manifests(rbacGroup, "ClusterRoleBinding") {
		body := readBinding(manifest)
		for i, subject := range body.Subjects {
			tenant := namespaces[subject.Namespace]
			if subject.Kind != "ServiceAccount" || tenant == "" || templated(subject.Namespace) {
				continue
			}
			// SEC-13 has the accounts that Flux acts as and that may do all.
			if body.RoleRef.Name == "cluster-admin" && users[model.ID{Kind: "ServiceAccount", Namespace: subject.Namespace, Name: subject.Name}] != nil {
				continue
			}
			severity := v1alpha1.Severity("")
			if body.RoleRef.Name == "view" {
				severity = v1alpha1.SeverityInfo
			}
			p.report(finding{
				id: manifest.ID, at: manifestPlace(manifest, fmt.Sprintf("subjects[%d]", i)), severity: severity,
				evidence: fmt.Sprintf("%s gives ServiceAccount/%s/%s of the tenant %s the role %s in all namespaces", manifest.ID, subject.Namespace, subject.Name, tenant, body.RoleRef.Name),
				fix:      fmt.Sprintf("kubectl -n %s create rolebinding %s --clusterrole=%s --serviceaccount=%[1]s:%[4]s --dry-run=client -o yaml", subject.Namespace, manifest.Name, body.RoleRef.Name, subject.Name),
			})
		}
	}
}
