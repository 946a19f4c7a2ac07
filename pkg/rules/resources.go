package rules

import (
	"encoding/json"
	"iter"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// templateResource is one entry of spec.resources of a ResourceSet; its texts
// may hold templates.
type templateResource struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name        string            `json:"name"`
		Namespace   string            `json:"namespace"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
}

// resourcesOf yields what ResourceSets make, each with its ResourceSet.
func resourcesOf(x *index) iter.Seq2[*model.Object, templateResource] {
	return func(yield func(*model.Object, templateResource) bool) {
		for object, spec := range specs[*fluxkind.ResourceSet](x) {
			for _, raw := range spec.Resources {
				var resource templateResource
				if json.Unmarshal(raw, &resource) == nil && !yield(object, resource) {
					return
				}
			}
		}
	}
}
