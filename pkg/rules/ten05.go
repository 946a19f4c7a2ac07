package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var ten05 = Rule{
	ID:       "TEN-05",
	Title:    "Decryption and remote clusters are left out of the lockdown",
	Severity: v1alpha1.SeverityInfo,
	Why:      "A tenant without accounts of its own then decrypts, and reaches remote clusters, with the cloud identity of the controller.",
	Fix:      "Set --default-decryption-service-account and --default-kubeconfig-service-account beside --default-service-account.",
	Guard:    "Only when the cluster said that its controllers run locked down.",
	Since:    "0.1.0",
	Page:     pageSecurity + "#multi-tenancy-lock-down",
	Focus:    []string{"multi-tenancy", "security"},
	check:    checkDefaultFlags,
}

func checkDefaultFlags(p *pass) {
	for _, controller := range []struct {
		name  string
		flags []string
	}{
		{"kustomize-controller", []string{"default-decryption-service-account", "default-kubeconfig-service-account"}},
		{"helm-controller", []string{"default-kubeconfig-service-account"}},
	} {
		component := p.component(controller.name)
		if component == nil {
			continue
		}
		if account, _ := component.Flag("default-service-account"); account == "" {
			continue
		}
		var absent []string
		for _, flag := range controller.flags {
			if _, given := component.Flag(flag); !given {
				absent = append(absent, "--"+flag)
			}
		}
		if len(absent) > 0 {
			p.report(finding{
				id:       deploymentID(component),
				evidence: fmt.Sprintf("%s runs with --default-service-account and without %s", controller.name, strings.Join(absent, " and ")),
				fix:      "add - " + strings.Join(absent, "=default and - ") + "=default to its arguments",
			})
		}
	}
}
