package rules

import (
	"maps"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// tenantLabel is what flux create tenant puts on all that it makes.
const tenantLabel = "toolkit.fluxcd.io/tenant"

// tenants are the tenants that the repository names, or that objects and
// namespaces carry in the label of flux create tenant, sorted.
func (x *index) tenants() []string {
	names := map[string]bool{}
	if x.Repository != nil {
		for _, tenant := range x.Repository.Tenants {
			names[tenant] = true
		}
		for _, manifest := range x.Repository.Manifests {
			if tenant := manifest.Labels[tenantLabel]; tenant != "" && !templated(tenant) {
				names[tenant] = true
			}
		}
	}
	for _, object := range x.objects {
		if tenant := object.Labels[tenantLabel]; tenant != "" && !templated(tenant) {
			names[tenant] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// tenantNamespaces maps the namespaces that belong to a tenant by the label on
// them; a folder that is called tenants proves too little.
func (x *index) tenantNamespaces() map[string]string {
	namespaces := map[string]string{}
	for manifest := range x.manifests("", "Namespace") {
		if tenant := manifest.Labels[tenantLabel]; tenant != "" && !templated(tenant) {
			namespaces[manifest.Name] = tenant
		}
	}
	return namespaces
}

// tenantOf is the tenant that an object belongs to, by its label or its
// namespace.
func tenantOf(object *model.Object, namespaces map[string]string) string {
	if tenant := object.Labels[tenantLabel]; tenant != "" {
		return tenant
	}
	return namespaces[object.Namespace]
}
