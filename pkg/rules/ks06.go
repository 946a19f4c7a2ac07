package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks06 = Rule{
	ID:       "KS-06",
	Title:    "Others depend on a Kustomization that does not wait for health",
	Severity: v1alpha1.SeverityInfo,
	Why:      "It is ready as soon as its objects are applied, so what depends on it starts before its workloads run.",
	Fix:      "Set spec.wait: true, or name what must be healthy in spec.healthChecks.",
	Guard:    "Information and one finding for all: waiting for the apply alone is enough for namespaces, CRDs and the like. Without a cluster, objects that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#wait",
	Focus:    []string{"kustomize"},
	check:    checkGates,
}

func checkGates(p *pass) {
	seen := map[*model.Object]bool{}
	var open []*model.Object
	waiting := 0
	for object := range specs[*fluxkind.Kustomization](p.index) {
		for _, target := range p.targets(object, model.RelationDependsOn) {
			spec, ok := target.Spec.(*fluxkind.Kustomization)
			if !ok || spec.Wait || len(spec.HealthChecks) > 0 || p.mayBePatched(target) {
				continue
			}
			if waiting++; !seen[target] {
				seen[target] = true
				open = append(open, target)
			}
		}
	}
	p.reportAll(open, len(open), fmt.Sprintf("Kustomizations that %d others depend on have neither spec.wait nor spec.healthChecks", waiting), "spec.prune", "wait: true")
}
