package rules

import (
	"bytes"
	"encoding/json"
	"sync"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// patches is what the repository changes after the files are read.
type patches struct {
	// texts are the patches of Flux Kustomizations and FluxInstances.
	texts []json.RawMessage
	// mentioned remembers which kinds they mention, a bool for each.
	mentioned sync.Map
	// documents are the patches of kustomizations, by kind and name; one
	// without a name may mean any object of its kind.
	documents map[[2]string]bool
}

func newPatches(facts *model.Facts) *patches {
	p := &patches{documents: map[[2]string]bool{}}
	if facts.Repository == nil {
		return p
	}
	for _, object := range facts.Objects {
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			p.texts = append(p.texts, spec.Patches...)
		case *fluxkind.FluxInstance:
			if spec.Kustomize != nil {
				p.texts = append(p.texts, spec.Kustomize.Patches...)
			}
		}
	}
	for i := range facts.Repository.Documents {
		if document := &facts.Repository.Documents[i]; document.Patch {
			p.documents[[2]string{document.Kind, document.Name}] = true
		}
	}
	return p
}

// mayBePatched is true when something in the repository could set a field that
// the object's own file does not: a patch of a kustomization with its kind, or
// patches of a Flux Kustomization that mention its kind. Nested Kustomizations
// hand patches on, so it does not matter which one builds the object. What a
// cluster reports, or a rendering gives, is final.
func (x *index) mayBePatched(object *model.Object) bool {
	if live(object) || x.Repository == nil || len(x.effective[object.Location]) > 0 {
		return false
	}
	mentioned, known := x.patches.mentioned.Load(object.Kind)
	if !known {
		mentioned = mentions(x.patches.texts, object.Kind)
		x.patches.mentioned.Store(object.Kind, mentioned)
	}
	return mentioned.(bool) || x.patches.documents[[2]string{object.Kind, object.Name}] || x.patches.documents[[2]string{object.Kind, ""}]
}

// patchSets is true when a patch of the repository may set a field of a written
// object, by the name of the field.
func (x *index) patchSets(object *model.Object, field string) bool {
	if !x.mayBePatched(object) {
		return false
	}
	if mentions(x.patches.texts, field) {
		return true
	}
	for _, other := range x.Repository.Objects {
		if x.isPatch(other.Location) && other.Kind == object.Kind && bytes.Contains(other.RawSpec, []byte(`"`+field+`"`)) {
			return true
		}
	}
	return false
}

func mentions(patches []json.RawMessage, word string) bool {
	for _, patch := range patches {
		if bytes.Contains(patch, []byte(word)) {
			return true
		}
	}
	return false
}
