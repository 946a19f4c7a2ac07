package rules

import (
	"bytes"
	"encoding/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// mayBePatched is true when something in the repository could set a field that
// the object's own file does not: a patch of a kustomization with its kind, or
// patches of a Flux Kustomization that mention its kind. Nested Kustomizations
// hand patches on, so it does not matter which one builds the object. What a
// cluster reports is final.
func (x *index) mayBePatched(object *model.Object) bool {
	if live(object) || x.Repository == nil {
		return false
	}
	for _, other := range x.Facts.Objects {
		switch spec := other.Spec.(type) {
		case *fluxkind.Kustomization:
			if mentions(spec.Patches, object.Kind) {
				return true
			}
		case *fluxkind.FluxInstance:
			if spec.Kustomize != nil && mentions(spec.Kustomize.Patches, object.Kind) {
				return true
			}
		}
	}
	for _, document := range x.Repository.Documents {
		if document.Patch && document.Kind == object.Kind && (document.Name == object.Name || document.Name == "") {
			return true
		}
	}
	return false
}

func mentions(patches []json.RawMessage, kind string) bool {
	for _, patch := range patches {
		if bytes.Contains(patch, []byte(kind)) {
			return true
		}
	}
	return false
}

// patchSets is true when a patch of the repository may set a field of a written
// object, by the name of the field.
func (x *index) patchSets(object *model.Object, field string) bool {
	if !x.mayBePatched(object) {
		return false
	}
	for _, other := range x.Repository.Objects {
		if spec, ok := other.Spec.(*fluxkind.Kustomization); ok && mentions(spec.Patches, field) {
			return true
		}
		if x.isPatch(other.Location) && other.Kind == object.Kind && bytes.Contains(other.RawSpec, []byte(`"`+field+`"`)) {
			return true
		}
	}
	return false
}
