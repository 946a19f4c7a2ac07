package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks30 = Rule{
	ID:       "KS-30",
	Title:    "A Kustomization waits for an object that is suspended",
	Severity: v1alpha1.SeverityWarning,
	Why:      "A suspended object that is not ready will not become so; with spec.wait the Kustomization fails at every timeout (fluxcd/kustomize-controller#1100).",
	Fix:      "Resume the object, or take it out of what is waited for.",
	Guard:    "In a cluster, only when the suspended object is not ready. Without one, Kustomizations whose wait a patch may change are left open.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#wait",
	Focus:    []string{"kustomize", "troubleshooting"},
	check:    checkWaitForSuspended,
}

func checkWaitForSuspended(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if !spec.Wait || spec.Suspended() {
			continue
		}
		for _, child := range p.appliedBy(object) {
			if child.Spec == nil || !child.Spec.Suspended() || live(child) && isReady(child) {
				continue
			}
			p.report(finding{
				object: child, field: "spec.suspend",
				evidence: fmt.Sprintf("%s has spec.wait and applies %s, which is suspended", object.ID, child.ID),
				fix:      p.resumeFix(child),
			})
		}
	}
}

func isReady(object *model.Object) bool {
	condition := object.Status.Condition("Ready")
	return condition != nil && condition.Status == "True"
}

// appliedBy are the Flux objects that a Kustomization applies: what its
// inventory says, or the files that its build reads.
func (x *index) appliedBy(owner *model.Object) []*model.Object {
	var list []*model.Object
	if live(owner) {
		for _, entry := range owner.Status.Inventory {
			if !isFlux(entry.ID) {
				continue
			}
			for _, k := range x.named[withoutNamespace(entry.ID)] {
				if k.live && k.object != nil && k.ID == entry.ID {
					list = append(list, k.object)
				}
			}
		}
		return list
	}
	for _, build := range x.builds[owner.Location] {
		for _, file := range build.Files {
			list = append(list, x.inFile[file]...)
		}
	}
	return list
}
