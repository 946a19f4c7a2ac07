package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr24 = Rule{
	ID:       "HR-24",
	Title:    "A release goes into the namespace default",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Nothing limits what lives together in default: no quota, no network policy, no owner.",
	Fix:      "Give the application a namespace of its own, kept in Git.",
	Guard:    "Only releases whose target namespace is written out as default.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#target-namespace",
	Focus:    []string{"helm", "security"},
	check:    checkDefaultNamespace,
}

func checkDefaultNamespace(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if targetNamespace(object) != "default" || spec.KubeConfig != nil {
			continue
		}
		field := "metadata.namespace"
		if spec.TargetNamespace != "" {
			field = "spec.targetNamespace"
		}
		p.report(finding{object: object, field: field, evidence: field + " is default", fix: field[len(field)-len(leaf(field)):] + ": " + object.Name})
	}
}
