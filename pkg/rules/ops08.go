package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ops08 = Rule{
	ID:       "OPS-08",
	Title:    "The entry point of the cluster is gone",
	Severity: v1alpha1.SeverityError,
	Why:      "Objects say that the Kustomization flux-system applied them, and it does not exist: nothing under the cluster's folder is applied any more, and nothing is pruned.",
	Fix:      "Bootstrap again, with the same repository and path.",
	Guard:    "Only when Kustomizations could be listed in the namespace of Flux, and live Flux objects carry its labels.",
	Since:    "0.1.0",
	Page:     pageUpgrade,
	Focus:    []string{"controllers", "disaster-recovery", "troubleshooting"},
	check:    checkEntryPoint,
}

// The labels that kustomize-controller puts on all that it applies.
const (
	ownerName      = "kustomize.toolkit.fluxcd.io/name"
	ownerNamespace = "kustomize.toolkit.fluxcd.io/namespace"
)

func checkEntryPoint(p *pass) {
	if p.Cluster == nil || !p.Cluster.Reachable {
		return
	}
	entry := model.ID{Group: fluxkind.GroupKustomize, Kind: "Kustomization", Namespace: "flux-system", Name: "flux-system"}
	for _, k := range p.named[withoutNamespace(entry)] {
		if k.live && k.Namespace == entry.Namespace {
			return
		}
	}
	if !p.readable(entry) {
		return
	}
	var orphans []*model.Object
	for _, object := range p.objects {
		if live(object) && object.Labels[ownerName] == entry.Name && object.Labels[ownerNamespace] == entry.Namespace {
			orphans = append(orphans, object)
		}
	}
	if len(orphans) == 0 {
		return
	}
	p.report(finding{
		object:   orphans[0],
		evidence: fmt.Sprintf("%s is not in the cluster, and %s carries its labels", entry, names(orphans)),
		fix:      "flux bootstrap git --url=URL --branch=BRANCH --path=PATH",
	})
}
