package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks21 = Rule{
	ID:       "KS-21",
	Title:    "One object is in the inventories of two Kustomizations",
	Severity: v1alpha1.SeverityCritical,
	Why: "Each of them deletes the object when it drops out of its own build, although the other still applies it: a removed file or a renamed " +
		"Kustomization takes running workloads away (fluxcd/kustomize-controller#1724).",
	Fix:   "Let one Kustomization apply the object. To hand it over, set kustomize.toolkit.fluxcd.io/prune: disabled on it first.",
	Guard: "Only inventories of one cluster are compared: a Kustomization with spec.kubeConfig applies elsewhere. A Kustomization that is being deleted does not count.",
	Since: "0.1.0",
	Page:  pageKustomization + "#inventory",
	Focus: []string{"kustomize", "troubleshooting"},
	check: checkSharedObjects,
}

func checkSharedObjects(p *pass) {
	owner := map[model.ID]*model.Object{}
	type pair struct{ first, second *model.Object }
	shared := map[pair][]model.ID{}
	var order []pair
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.KubeConfig != nil || !object.DeletionTimestamp.IsZero() {
			continue
		}
		for _, entry := range object.Status.Inventory {
			first := owner[entry.ID]
			if first == nil {
				owner[entry.ID] = object
				continue
			}
			if first == object {
				continue
			}
			key := pair{first, object}
			if shared[key] == nil {
				order = append(order, key)
			}
			shared[key] = append(shared[key], entry.ID)
		}
	}
	for _, key := range order {
		ids := shared[key]
		p.report(finding{
			object:   key.second,
			evidence: fmt.Sprintf("%s and %s both hold %s", key.first.ID, key.second.ID, idNames(ids)),
			fix: fmt.Sprintf("kubectl -n %s annotate %s %s kustomize.toolkit.fluxcd.io/prune=disabled; then remove it from one of the two",
				ids[0].Namespace, ids[0].Kind, ids[0].Name),
		})
	}
}

// idNames lists up to three identities and counts the rest.
func idNames(ids []model.ID) string {
	text := ""
	for i, id := range ids {
		if i == 3 {
			return text + fmt.Sprintf(" and %d more", len(ids)-i)
		}
		if i > 0 {
			text += ", "
		}
		text += id.String()
	}
	return text
}
