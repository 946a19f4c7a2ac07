package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks19 = Rule{
	ID:          "KS-19",
	Title:       "A change of variables waits for the next interval",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "The ConfigMaps and Secrets of spec.postBuild.substituteFrom start a reconciliation only when they carry the label that the controller watches.",
	Fix:         "Label them reconcile.fluxcd.io/watch: Enabled.",
	Guard:       "Only when asked for Kustomizations, for objects of the repository, and not when the controller watches another label.",
	Since:       "0.1.0",
	Page:        pageKustomization + "#reacting-immediately-to-configuration-dependencies",
	Focus:       []string{"kustomize"},
	check: func(p *pass) {
		checkWatchLabel[*fluxkind.Kustomization](p, model.RelationSubstitute, "kustomize-controller")
	},
}

// watchLabel makes a controller react to a ConfigMap or Secret at once.
const watchLabel = "reconcile.fluxcd.io/watch"

func checkWatchLabel[T model.Spec](p *pass, relation model.Relation, controller string) {
	if component := p.component(controller); component != nil {
		if _, given := component.Flag("watch-configs-label-selector"); given {
			return
		}
	}
	used := map[model.ID]*model.Object{}
	for object, spec := range specs[T](p.index) {
		for _, ref := range spec.References(object.ID) {
			if ref.Relation == relation && used[ref.Target] == nil {
				used[ref.Target] = object
			}
		}
	}
	for _, kind := range []string{"ConfigMap", "Secret"} {
		for manifest := range p.manifests("", kind) {
			user := used[manifest.ID]
			if user == nil || manifest.Labels[watchLabel] == "Enabled" {
				continue
			}
			p.report(finding{
				id: manifest.ID, at: manifest.Location,
				evidence: fmt.Sprintf("%s reads %s, which has no label %s", user.ID, manifest.ID, watchLabel),
				fix:      "labels: {" + watchLabel + ": Enabled}",
			})
		}
	}
}
