package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// adviseMultiTenancy concerns projects with tenants, and shows what separates
// them.
func adviseMultiTenancy(p *project) entry {
	var e entry
	var tenants []string
	if p.Repository != nil {
		tenants = p.Repository.Tenants
	}
	own, all := 0, 0
	namespaces := map[string]bool{}
	for _, object := range p.Objects {
		account := ""
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			account = spec.ServiceAccountName
		case *fluxkind.HelmRelease:
			account = spec.ServiceAccountName
		default:
			continue
		}
		all++
		if account != "" {
			own++
		}
		if object.Namespace != "" {
			namespaces[object.Namespace] = true
		}
	}
	if len(tenants) == 0 && own == 0 {
		if len(p.Focus) > 0 && all > 0 {
			e.today = append(e.today, fmt.Sprintf("no tenants: %s in %s, all with the rights of the controllers", count(all, "Kustomization or HelmRelease", "Kustomizations and HelmReleases"), count(len(namespaces), "namespace", "namespaces")))
			e.next = append(e.next, fmt.Sprintf("for a first tenant: flux create tenant NAME --with-namespace=NAME --export, in a folder beside the %d that Flux builds", builds(p)))
		}
		return e
	}
	if len(tenants) > 0 {
		e.today = append(e.today, fmt.Sprintf("%s: %s", count(len(tenants), "tenant", "tenants"), some(tenants)))
	}
	e.today = append(e.today, fmt.Sprintf("%d of %d Kustomizations and HelmReleases act as an account of their own", own, all))
	p.say(&e, "tenant", "namespace-admin")
	if component := p.component("kustomize-controller"); component == nil {
		p.miss(&e, "lockdown")
	} else {
		value, _ := component.Flag("no-cross-namespace-refs")
		account, _ := component.Flag("default-service-account")
		if value == "true" {
			e.today = append(e.today, fmt.Sprintf("well done: kustomize-controller of %s refuses references to other namespaces", clusterName(p)))
		} else {
			e.gap = append(e.gap, fmt.Sprintf("kustomize-controller of %s lets objects name the sources of other namespaces", clusterName(p)))
			e.next = append(e.next, fmt.Sprintf("start it with --no-cross-namespace-refs=true before %s names a source elsewhere", orSome(tenants)))
		}
		if account == "" && own < all {
			e.gap = append(e.gap, fmt.Sprintf("%s apply with the rights of the controllers", count(all-own, "object would", "objects")))
			e.next = append(e.next, fmt.Sprintf("start the controllers with --default-service-account=default, once %s has a RoleBinding", orSome(tenants)))
		}
	}
	p.practices(&e, "tenant-accounts")
	return e
}

func builds(p *project) int {
	if p.Repository == nil {
		return 0
	}
	return len(p.Repository.Builds)
}

func orSome(tenants []string) string {
	if len(tenants) == 0 {
		return "a tenant"
	}
	return some(tenants)
}
