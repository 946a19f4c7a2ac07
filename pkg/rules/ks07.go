package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks07 = Rule{
	ID:       "KS-07",
	Title:    "A Kustomization does not prune",
	Severity: v1alpha1.SeverityWarning,
	Why:      "What is removed from Git, or renamed there, stays in the cluster and keeps running; nobody is told.",
	Fix:      "Set spec.prune to true; protect single objects with the annotation kustomize.toolkit.fluxcd.io/prune: disabled.",
	Guard: "Where not pruning protects what a cluster cannot do without (its entry point, Flux itself, its network and DNS, CustomResourceDefinitions, namespaces, storage, by " +
		"name or path) it is information.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/kustomize/kustomizations/#prune",
	Focus: []string{"kustomize", "gitops"},
	check: checkPrune,
}

func checkPrune(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.Prune == nil || *spec.Prune {
			continue
		}
		severity := v1alpha1.Severity("")
		if syncFolder(object) != "" || protective(object.Name) || protective(spec.Path) {
			severity = v1alpha1.SeverityInfo
		}
		p.report(finding{
			object: object, field: "spec.prune", severity: severity,
			evidence: fmt.Sprintf("spec.prune is false for %s", orRoot(spec.Path)),
			fix:      "prune: true",
		})
	}
}
