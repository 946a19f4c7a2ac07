package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var sec10 = Rule{
	ID:       "SEC-10",
	Title:    "A controller runs commands, or trusts any server, that a kubeconfig names",
	Severity: v1alpha1.SeverityError,
	Why: "With --insecure-kubeconfig-exec whoever may write a kubeconfig Secret runs programs inside the controller, with the rights of all tenants; with --insecure-kubeconfig-tls " +
		"remote clusters are not authenticated.",
	Fix:   "Remove the flag; use spec.kubeConfig.configMapRef with workload identity.",
	Guard: "Only when the cluster said how its controllers run.",
	Since: "0.1.0",
	Page:  pageSecurity + "#start-up-flags",
	Focus: []string{"security", "multi-cluster", "controllers"},
	check: checkInsecureKubeconfig,
}

func checkInsecureKubeconfig(p *pass) {
	for _, name := range []string{"kustomize-controller", "helm-controller"} {
		for _, flag := range []string{"insecure-kubeconfig-exec", "insecure-kubeconfig-tls"} {
			component := p.component(name)
			if !flagOn(component, flag) {
				continue
			}
			p.report(finding{
				id:       deploymentID(component),
				evidence: fmt.Sprintf("%s runs with --%s", name, flag),
				fix:      fmt.Sprintf("remove --%s=true from the arguments of %s in flux-system/kustomization.yaml or the FluxInstance", flag, name),
			})
		}
	}
}
