package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ten07 = Rule{
	ID:       "TEN-07",
	Title:    "Two tenants deploy into one namespace",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Inside a namespace nothing separates them: each can read the Secrets of the other and replace its workloads.",
	Fix:      "Give each tenant namespaces of its own.",
	Guard:    "Only Kustomizations and HelmReleases that carry the tenant label, by their target namespace.",
	Since:    "0.1.0",
	Page:     pageTenancy + "#tenants",
	Focus:    []string{"multi-tenancy"},
	check:    checkSharedNamespaces,
}

func checkSharedNamespaces(p *pass) {
	tenants := map[string]map[string]*model.Object{} // namespace → tenant → one of its objects
	for _, object := range p.objects {
		namespace := ""
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			namespace = spec.TargetNamespace
		case *fluxkind.HelmRelease:
			namespace = targetNamespace(object)
		}
		tenant := object.Labels[tenantLabel]
		if namespace == "" || tenant == "" || templated(namespace) || templated(tenant) {
			continue
		}
		if tenants[namespace] == nil {
			tenants[namespace] = map[string]*model.Object{}
		}
		if tenants[namespace][tenant] == nil {
			tenants[namespace][tenant] = object
		}
	}
	for _, namespace := range slices.Sorted(maps.Keys(tenants)) {
		names := slices.Sorted(maps.Keys(tenants[namespace]))
		if len(names) < 2 {
			continue
		}
		second := tenants[namespace][names[1]]
		p.report(finding{
			object:   second,
			evidence: fmt.Sprintf("%s of the tenant %s and %s of the tenant %s go into the namespace %s", tenants[namespace][names[0]].ID, names[0], second.ID, names[1], namespace),
			fix:      "targetNamespace: " + names[1],
		})
	}
}
