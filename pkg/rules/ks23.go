package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks23 = Rule{
	ID:       "KS-23",
	Title:    "A Kustomization recreates objects whose immutable fields change",
	Severity: v1alpha1.SeverityWarning,
	Why:      "spec.force is meant for one change. Left on, a change of an immutable field deletes and recreates the object, volumes and their data included, without asking.",
	Fix:      "Remove spec.force; where it is needed, annotate the one object with kustomize.toolkit.fluxcd.io/force: enabled.",
	Guard:    "Suspended Kustomizations are passed over.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#force",
	Focus:    []string{"kustomize"},
	check:    checkForce,
}

func checkForce(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.Force && !spec.Suspended() {
			p.report(finding{object: object, field: "spec.force", evidence: "spec.force is true", fix: "force: false"})
		}
	}
}
