package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks29 = Rule{
	ID:          "KS-29",
	Title:       "Removing a tenant's Kustomization deletes all that the tenant runs",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "Without spec.deletionPolicy what the Kustomization applied, namespaces and their data included, goes with it.",
	Fix:         "Set spec.deletionPolicy: Orphan (or WaitForTermination, to see the deletion through).",
	Guard:       "Only when asked for multi-tenancy or disaster recovery, for Kustomizations of tenants and namespaces by name or path, and one finding for all.",
	Since:       "0.1.0",
	Page:        pageKustomization + "#deletion-policy",
	Focus:       []string{"multi-tenancy", "disaster-recovery"},
	check:       checkDeletionPolicy,
}

func checkDeletionPolicy(p *pass) {
	var without []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if name := strings.ToLower(object.Name + " " + spec.Path); !strings.Contains(name, "tenant") && !strings.Contains(name, "namespace") {
			continue
		}
		if total++; spec.DeletionPolicy == "" && spec.Prune != nil && *spec.Prune && !p.mayBePatched(object) {
			without = append(without, object)
		}
	}
	p.reportAll(without, total, "Kustomizations of tenants and namespaces prune and have no spec.deletionPolicy", "spec.prune", "deletionPolicy: Orphan")
}
