package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks15 = Rule{
	ID:       "KS-15",
	Title:    "A variable without a value will fail the build after the upgrade",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Today the variable is replaced by nothing. The Flux that the repository already pins refuses the build, and with it the whole Kustomization.",
	Fix:      "Define the variable, give it a default with ${NAME:=value}, or escape it, before the upgrade arrives; or set StrictPostBuildSubstitutions=false for a while.",
	Guard:    "Only while an upgrade across 2.9 is under way; otherwise as KS-14.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#post-build-variable-substitution",
	Focus:    []string{"kustomize", "migration"},
	check: func(p *pass) {
		up, ok := p.upgrade()
		if !ok || !up.crosses(strictFrom) {
			return
		}
		p.undefinedVariables(func(*model.Object) (v1alpha1.Severity, string) {
			return "", fmt.Sprintf("Flux goes from %s to %s", up.from.minor, up.to.minor)
		})
	},
}
