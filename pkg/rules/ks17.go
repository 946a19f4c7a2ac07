package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks17 = Rule{
	ID:       "KS-17",
	Title:    "Defaults of variables are not applied, since nothing is substituted",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without a single variable to substitute the controller leaves the files as they are: ${NAME:=value} reaches the cluster as text.",
	Fix:      "Set spec.postBuild.substituteStrategy: Always, or define one variable.",
	Guard:    "Only Kustomizations with an empty spec.postBuild, for files of this repository that have variables with a default.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#post-build-variable-substitution",
	Focus:    []string{"kustomize"},
	check:    checkIdleDefaults,
}

func checkIdleDefaults(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.PostBuild == nil || spec.PostBuild.Strategy == "Always" || len(spec.PostBuild.Substitute) > 0 || len(spec.PostBuild.SubstituteFrom) > 0 || p.mayBePatched(object) {
			continue
		}
		for _, variable := range p.usedVariables(object) {
			if !variable.Default {
				continue
			}
			p.report(finding{
				object: object, field: "spec.postBuild",
				evidence: fmt.Sprintf("spec.postBuild defines no variable, and %s uses ${%s} with a default", variable.Location, variable.Name),
				fix:      "postBuild: {substituteStrategy: Always}",
			})
			break
		}
	}
}
