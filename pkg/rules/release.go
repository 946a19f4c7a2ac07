package rules

import (
	"cmp"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// release is the namespace in which Helm keeps the release of an object.
func release(object *model.Object) string {
	spec, ok := object.Spec.(*fluxkind.HelmRelease)
	if !ok {
		return object.Namespace
	}
	return cmp.Or(spec.StorageNamespace, spec.TargetNamespace, object.Namespace)
}
