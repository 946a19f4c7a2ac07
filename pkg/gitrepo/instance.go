package gitrepo

import (
	"encoding/json"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// operatorSync is the sync of a Flux Operator instance: a source and a
// Kustomization that no file holds.
type operatorSync struct {
	written
	kind, name, url, ref, path string
}

func (o operatorSync) place() written { return o.written }

// syncOf returns the sync of a FluxInstance, or of a HelmRelease that installs
// one by its chart, flux-instance.
func syncOf(o written, spec model.Spec) (operatorSync, bool) {
	sync := operatorSync{written: o, kind: "GitRepository"}
	switch spec := spec.(type) {
	case *fluxkind.FluxInstance:
		if spec.Sync == nil {
			return sync, false
		}
		sync.name, sync.url, sync.ref, sync.path = spec.Sync.Name, spec.Sync.URL, spec.Sync.Ref, spec.Sync.Path
		if spec.Sync.Kind != "" {
			sync.kind = spec.Sync.Kind
		}
	case *fluxkind.HelmRelease:
		var values struct {
			Instance struct {
				Sync *struct {
					Kind string `json:"kind"`
					Name string `json:"name"`
					URL  string `json:"url"`
					Ref  string `json:"ref"`
					Path string `json:"path"`
				} `json:"sync"`
			} `json:"instance"`
		}
		if !strings.Contains(string(spec.Values), `"instance"`) || json.Unmarshal(spec.Values, &values) != nil || values.Instance.Sync == nil {
			return sync, false
		}
		found := values.Instance.Sync
		sync.name, sync.url, sync.ref, sync.path = found.Name, found.URL, found.Ref, found.Path
		if found.Kind != "" {
			sync.kind = found.Kind
		}
	}
	if sync.path == "" {
		return sync, false
	}
	if sync.name == "" {
		// The operator names both objects after the namespace of the instance,
		// and there is hardly another than flux-system.
		sync.name = "flux-system"
		if o.Namespace != "" {
			sync.name = o.Namespace
		}
	}
	return sync, true
}
