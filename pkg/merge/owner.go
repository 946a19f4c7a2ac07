package merge

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// ownerLabels are those that say what made an object: each controller of Flux,
// and the operator, sets a pair of them on all that it applies.
var ownerLabels = []struct{ group, kind, prefix string }{
	{"kustomize.toolkit.fluxcd.io", "Kustomization", "kustomize.toolkit.fluxcd.io/"},
	{"fluxcd.controlplane.io", "ResourceSet", "resourceset.fluxcd.controlplane.io/"},
	{"fluxcd.controlplane.io", "FluxInstance", "fluxcd.controlplane.io/"},
	{"helm.toolkit.fluxcd.io", "HelmRelease", "helm.toolkit.fluxcd.io/"},
}

// appliedBy is the Flux object that made a live object, as its labels say.
func appliedBy(object *model.Object) (owner model.ID, ok bool) {
	for _, label := range ownerLabels {
		if name := object.Labels[label.prefix+"name"]; name != "" {
			return model.ID{Group: label.group, Kind: label.kind, Namespace: object.Labels[label.prefix+"namespace"], Name: name}, true
		}
	}
	return model.ID{}, false
}

// generatedBy is the Flux object that controllers made a live one for: a
// HelmChart for a HelmRelease, an ExternalArtifact for its generator.
func generatedBy(object *model.Object, objects []*model.Object) (model.ID, bool) {
	switch object.Kind {
	case "HelmChart":
		for _, other := range objects {
			if other.Kind == "HelmRelease" && other.Status.HelmChart == object.Namespace+"/"+object.Name {
				return other.ID, true
			}
		}
	case "ExternalArtifact":
		if spec, ok := object.Spec.(*fluxkind.ExternalArtifact); ok {
			for _, reference := range spec.References(object.ID) {
				if reference.Relation == model.RelationSource {
					return reference.Target, true
				}
			}
		}
	}
	return model.ID{}, false
}
