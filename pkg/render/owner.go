package render

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// owner is a Flux object that makes others, as it would run.
type owner struct {
	id         model.ID
	apiVersion string
	location   model.Location
	body       json.RawMessage
	// places are those of the fields below spec.
	places places

	// spec and layer are set while a Kustomization is built.
	spec  kustomizationSpec
	layer *layer
	// patches are the paths of the spec's patches; nil for those of a
	// Kustomization.
	patches []string
}

// patch is the path of one of the spec's patches.
func (o *owner) patch(i int) string {
	if o.patches != nil {
		return o.patches[i]
	}
	return "spec.patches[" + strconv.Itoa(i) + "]"
}

// step is one that an entry of the owner's spec asks for.
func (o *owner) step(kind model.StepKind, entry string) model.Step {
	p := o.places.of(entry)
	if p.Location.Line == 0 {
		p.Location = o.location
	}
	if p.Location.File == o.location.File && p.Cause == nil {
		p.Location.Document = o.location.Document
	}
	return model.Step{Kind: kind, Owner: o.id, Entry: entry, Declared: p.Location, Location: p.Location, Cause: p.Cause}
}

// decode reads the spec of a Kustomization.
func (o *owner) decode() error {
	var object struct {
		Spec kustomizationSpec `json:"spec"`
	}
	if err := json.Unmarshal(o.body, &object); err != nil {
		return fmt.Errorf("its spec cannot be read: %w", err)
	}
	o.spec = object.Spec
	if _, version := model.SplitAPIVersion(o.apiVersion); version != "v1beta1" && version != "v1beta2" {
		o.spec.PatchesStrategicMerge, o.spec.PatchesJSON6902 = nil, nil
	}
	return nil
}
