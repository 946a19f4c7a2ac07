package rules

import (
	"encoding/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// effective are the Flux objects as Flux would apply them, by the place that
// defines each, and by the place of the owner of the build that gives them. A
// file that several builds read has several.
func effective(facts *model.Facts) (objects, madeBy map[model.Location][]*model.Object) {
	objects, madeBy = map[model.Location][]*model.Object{}, map[model.Location][]*model.Object{}
	if facts.Rendering == nil {
		return objects, madeBy
	}
	// What another build makes is judged as that makes it.
	made := map[model.Location]bool{}
	for i := range facts.Rendering.Builds {
		if build := &facts.Rendering.Builds[i]; build.Parent >= 0 {
			made[build.Location] = true
		}
	}
	for i := range facts.Rendering.Builds {
		build := &facts.Rendering.Builds[i]
		if build.State != model.BuildRendered || build.Parent < 0 && made[build.Location] {
			continue
		}
		for j := range build.Objects {
			rendered := &build.Objects[j]
			row, ok := fluxkind.Lookup(rendered.Group, rendered.Kind)
			if !ok {
				continue
			}
			object, err := effectiveObject(rendered, row)
			if err != nil {
				continue
			}
			madeBy[build.Location] = append(madeBy[build.Location], object)
			if !duplicate(objects[rendered.Location], object) {
				objects[rendered.Location] = append(objects[rendered.Location], object)
			}
		}
	}
	return objects, madeBy
}

func effectiveObject(rendered *model.EffectiveObject, row fluxkind.Kind) (*model.Object, error) {
	var body struct {
		Metadata struct {
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
		Spec json.RawMessage `json:"spec"`
	}
	if err := json.Unmarshal(rendered.Body, &body); err != nil {
		return nil, err
	}
	spec, err := row.Decode(body.Spec)
	if err != nil {
		return nil, err
	}
	return &model.Object{
		ID: rendered.ID, APIVersion: rendered.APIVersion, Origin: model.FromRepository, Location: rendered.Location,
		Labels: body.Metadata.Labels, Annotations: body.Metadata.Annotations, Spec: spec, RawSpec: body.Spec,
	}, nil
}

// duplicate is true when the same object came out of another build alike.
func duplicate(objects []*model.Object, object *model.Object) bool {
	for _, other := range objects {
		if other.ID == object.ID && string(other.RawSpec) == string(object.RawSpec) {
			return true
		}
	}
	return false
}
