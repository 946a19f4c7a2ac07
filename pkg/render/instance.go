package render

import (
	"context"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/kustomize/api/types"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// syncFolder is where the objects that the Flux Operator makes for spec.sync are
// put for kustomize to patch; no tree has a folder of that name.
const syncFolder = "\x00sync"

// instance gives the source and the Kustomization that the Flux Operator makes
// of a FluxInstance's spec.sync, patched by spec.kustomize. The controllers and
// definitions that it installs besides are not in the repository.
func (b *builder) instance(ctx context.Context, o *owner) *result {
	var object struct {
		Spec struct {
			Sync *struct {
				Kind     string `json:"kind"`
				Name     string `json:"name"`
				URL      string `json:"url"`
				Ref      string `json:"ref"`
				Path     string `json:"path"`
				Interval string `json:"interval"`
			} `json:"sync"`
			Kustomize *struct {
				Patches []types.Patch `json:"patches"`
			} `json:"kustomize"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(o.body, &object); err != nil {
		return failure(fmt.Errorf("its spec cannot be read: %w", err))
	}
	sync := object.Spec.Sync
	if sync == nil {
		return &result{State: model.BuildRendered}
	}
	name, interval := sync.Name, sync.Interval
	if name == "" {
		name = o.id.Namespace
	}
	if interval == "" {
		interval = "1m"
	}
	version := "v1"
	meta := map[string]any{"name": name, "namespace": o.id.Namespace}
	sourceSpec := map[string]any{"interval": interval, "url": sync.URL}
	switch sync.Kind {
	case "OCIRepository":
		sourceSpec["ref"] = map[string]any{"tag": sync.Ref}
	case "Bucket":
		sourceSpec = map[string]any{"interval": interval, "endpoint": sync.URL, "bucketName": sync.Ref}
	default:
		sourceSpec["ref"] = map[string]any{"name": sync.Ref}
	}
	objects := []map[string]any{
		{"apiVersion": fluxkind.GroupSource + "/" + version, "kind": sync.Kind, "metadata": meta, "spec": sourceSpec},
		{"apiVersion": fluxkind.GroupKustomize + "/" + version, "kind": "Kustomization", "metadata": meta, "spec": map[string]any{
			"interval": "10m", "path": sync.Path, "prune": true, "sourceRef": map[string]any{"kind": sync.Kind, "name": name},
		}},
	}
	k := &types.Kustomization{Resources: []string{"source.yaml", "sync.yaml"}}
	sub := *o
	sub.patches = []string{}
	if object.Spec.Kustomize != nil {
		for i, patch := range object.Spec.Kustomize.Patches {
			if patch.Path == "" && (patch.Target != nil || names(patch.Patch, sync.Kind, name) || names(patch.Patch, "Kustomization", name)) {
				k.Patches = append(k.Patches, patch)
				sub.patches = append(sub.patches, fmt.Sprintf("spec.kustomize.patches[%d]", i))
			}
		}
	}
	sub.spec.Patches = make([]fluxPatch, len(sub.patches))
	v := newView(ctx, b.tree, nil)
	root := &layer{dir: syncFolder, kustomization: k}
	for i, object := range objects {
		content, err := k8syaml.Marshal(object)
		if err != nil {
			return failure(err)
		}
		v.written[syncFolder+"/"+k.Resources[i]] = content
	}
	sub.layer = root
	built := b.layers(v, &sub, root, syncFolder+"/kustomization.yaml", &variables{})
	at := o.step(model.StepKustomize, "spec.sync").Declared
	for i := range built.Objects {
		built.Objects[i].Location = at
		for path, place := range built.Places[i] {
			if place.Cause == nil {
				place.Location, place.Text = at, at.Line
				built.Places[i][path] = place
			}
		}
	}
	return built
}

// names is true for a patch that is for an object of that kind and name.
func names(patch, kind, name string) bool {
	docs, err := documents([]byte(patch))
	return err == nil && len(docs) > 0 && text(docs[0].node, "kind") == kind && text(docs[0].node, "metadata", "name") == name
}
