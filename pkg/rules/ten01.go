package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ten01 = Rule{
	ID:       "TEN-01",
	Title:    "Tenants share a Flux that lets them reach each other's sources",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without --no-cross-namespace-refs a tenant can name a source, and with it the Secrets behind it, of any other namespace.",
	Fix:      "Start the controllers with --no-cross-namespace-refs=true, or set spec.cluster.multitenant of the FluxInstance.",
	Guard:    "Only when the cluster said how its controllers run, and tenants are recognised by a tenants folder or the label that flux create tenant sets.",
	Since:    "0.1.0",
	Page:     pageTenancy + "#how-to-configure-flux-multi-tenancy",
	Focus:    []string{"multi-tenancy", "security"},
	check:    checkLockdown,
}

// lockdownControllers are those that have the flag, as the page lists them.
var lockdownControllers = []string{
	"kustomize-controller", "helm-controller", "notification-controller", "image-reflector-controller", "image-automation-controller",
}

func checkLockdown(p *pass) {
	tenants := p.tenants()
	if !p.hasControllers() || len(tenants) == 0 {
		return
	}
	var open []string
	var first *model.Component
	for _, name := range lockdownControllers {
		component := p.component(name)
		if component == nil || flagOn(component, "no-cross-namespace-refs") {
			continue
		}
		if first == nil {
			first = component
		}
		open = append(open, name)
	}
	if len(open) == 0 {
		return
	}
	p.report(finding{
		id:       deploymentID(first),
		evidence: fmt.Sprintf("%s run without --no-cross-namespace-refs; tenants are %s", strings.Join(open, ", "), orNone(tenants[:min(len(tenants), 5)])),
		fix:      "add - --no-cross-namespace-refs=true to their arguments by a patch in flux-system/kustomization.yaml, or multitenant: true under spec.cluster of the FluxInstance",
	})
}
