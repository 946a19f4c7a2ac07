package rules

import (
	"cmp"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// storageNamespace is where Helm keeps the release of a HelmRelease.
func storageNamespace(object *model.Object) string {
	if spec, ok := object.Spec.(*fluxkind.HelmRelease); ok {
		return cmp.Or(spec.StorageNamespace, object.Namespace)
	}
	return object.Namespace
}

// releaseName is the name of the Helm release: as helm-controller makes it, the
// name of the object with the target namespace in front when there is one.
func releaseName(object *model.Object) string {
	spec, ok := object.Spec.(*fluxkind.HelmRelease)
	switch {
	case !ok:
		return object.Name
	case spec.ReleaseName != "":
		return spec.ReleaseName
	case spec.TargetNamespace != "":
		return spec.TargetNamespace + "-" + object.Name
	}
	return object.Name
}
