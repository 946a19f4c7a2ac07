package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var opr10 = Rule{
	ID:       "OPR-10",
	Title:    "Two owners install Flux in one cluster",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The Kustomization of flux bootstrap and the FluxInstance apply the same Deployments and definitions in different versions, each undoing the other at its interval.",
	Fix:      "Finish the move to the operator: remove gotk-components.yaml and gotk-sync.yaml from the folder of the cluster.",
	Guard:    "Only when the FluxInstance and the files of flux bootstrap lie in the folder of one cluster, or both are live.",
	Since:    "0.1.0",
	Page:     pageOperatorMoving,
	Focus:    []string{"controllers", "migration"},
	check:    checkTwoOwners,
}

func checkTwoOwners(p *pass) {
	for instance := range specs[*fluxkind.FluxInstance](p.index) {
		for _, sync := range p.bootstrapped() {
			same := inGit(instance) && p.clusterOf(sync.Location.File) != "" && p.clusterOf(sync.Location.File) == p.clusterOf(instance.Location.File)
			if !same && !(live(instance) && live(sync) && appliesControllers(sync)) {
				continue
			}
			p.report(finding{
				object:   sync,
				evidence: fmt.Sprintf("%s (%s) and %s (%s) install Flux", sync.ID, sync.Location, instance.ID, orObject(instance)),
				fix:      "git rm " + sync.Location.File + " and gotk-components.yaml beside it, after flux suspend kustomization flux-system",
			})
		}
	}
}

// appliesControllers is true when the inventory of a Kustomization holds the
// Deployment of source-controller.
func appliesControllers(object *model.Object) bool {
	for _, entry := range object.Status.Inventory {
		if entry.ID.Kind == "Deployment" && entry.ID.Name == "source-controller" {
			return true
		}
	}
	return false
}
