package merge

import (
	"strings"

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

// generated are the live objects that controllers made for another one, with
// that one: HelmCharts for HelmReleases, ExternalArtifacts for their generators.
func generated(objects []*model.Object) map[model.ID]model.ID {
	made := map[model.ID]model.ID{}
	for _, object := range objects {
		switch spec := object.Spec.(type) {
		case *fluxkind.HelmRelease:
			if namespace, name, found := strings.Cut(object.Status.HelmChart, "/"); found {
				made[model.ID{Group: "source.toolkit.fluxcd.io", Kind: "HelmChart", Namespace: namespace, Name: name}] = object.ID
			}
		case *fluxkind.ExternalArtifact:
			if generator := sourceOf(object); spec.SourceRef != nil {
				made[object.ID] = generator
			}
		}
	}
	return made
}
