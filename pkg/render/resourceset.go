package render

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// resourceSetSpec is the part of a ResourceSet's spec that decides what it
// makes.
type resourceSetSpec struct {
	Inputs        []map[string]any `json:"inputs"`
	InputStrategy *struct {
		Name string `json:"name"`
	} `json:"inputStrategy"`
	InputsFrom []struct {
		Name     string         `json:"name"`
		Selector *labelSelector `json:"selector"`
	} `json:"inputsFrom"`
	Resources         []json.RawMessage `json:"resources"`
	ResourcesTemplate string            `json:"resourcesTemplate"`
	CommonMetadata    *metadata         `json:"commonMetadata"`
}

type labelSelector struct {
	MatchLabels      map[string]string `json:"matchLabels"`
	MatchExpressions []struct {
		Key      string   `json:"key"`
		Operator string   `json:"operator"`
		Values   []string `json:"values"`
	} `json:"matchExpressions"`
}

// input is one set of inputs and where it is written.
type input struct {
	values map[string]any
	step   model.Step
}

// unknowable says why it cannot be told what a ResourceSet makes.
func unknowable(format string, a ...any) *result {
	unknown := failure(fmt.Errorf(format, a...))
	unknown.State = model.BuildUnknown
	return unknown
}

// resourceSet fills the templates of a ResourceSet with its inputs, as far as
// all of these are in the repository. It is true when the providers of inputs
// may still be made by another build.
func (s *scheduler) resourceSet(ctx context.Context, j *job) (built *result, wait bool) {
	var object struct {
		Spec resourceSetSpec `json:"spec"`
	}
	if err := json.Unmarshal(j.owner.body, &object); err != nil {
		return failure(fmt.Errorf("its spec cannot be read: %w", err)), false
	}
	spec := &object.Spec
	if spec.InputStrategy != nil && spec.InputStrategy.Name != "" && spec.InputStrategy.Name != "Flatten" {
		return unknowable("the inputs of the strategy %s have names that only the operator gives", spec.InputStrategy.Name), false
	}
	inputs := make([]input, 0, len(spec.Inputs))
	for i, values := range spec.Inputs {
		inputs = append(inputs, input{values: values, step: j.owner.step(model.StepInputs, "spec.inputs["+strconv.Itoa(i)+"]")})
	}
	if len(spec.InputsFrom) > 0 {
		provided, unknown, wait := s.provided(j, spec)
		if wait || unknown != nil {
			return unknown, wait
		}
		inputs = append(inputs, provided...)
	}
	if len(spec.Inputs) == 0 && len(spec.InputsFrom) == 0 {
		inputs = []input{{}}
	}
	t := &tracer{owner: j.owner}
	m := &maker{tracer: t, spec: spec, made: map[model.ID]bool{}, out: &result{State: model.BuildRendered, Places: map[int]places{}}}
	if unknown := m.make(ctx, inputs); unknown != nil {
		return unknown, false
	}
	return m.out, false
}

// provided are the inputs of the providers in the repository: those of type
// Static, whose values stand in their own spec.
func (s *scheduler) provided(j *job, spec *resourceSetSpec) (inputs []input, unknown *result, wait bool) {
	for _, from := range spec.InputsFrom {
		if from.Selector != nil {
			return nil, unknowable("which providers have the labels that it selects depends on the cluster"), false
		}
		id := model.ID{Group: fluxkind.GroupOperator, Kind: "ResourceSetInputProvider", Namespace: j.owner.id.Namespace, Name: from.Name}
		object, others := s.find(j, id)
		if object == nil && others {
			return nil, nil, true
		}
		var body json.RawMessage
		var location model.Location
		if object != nil {
			body, location = object.Body, object.Location
		} else if written := s.writtenObject(id); written != nil {
			body, location = wrapSpec(written.RawSpec), written.Location
		} else {
			return nil, unknowable("its inputs come from %s, which is not in the repository", id), false
		}
		var provider struct {
			Spec struct {
				Type          string         `json:"type"`
				DefaultValues map[string]any `json:"defaultValues"`
			} `json:"spec"`
		}
		if err := json.Unmarshal(body, &provider); err != nil {
			return nil, failure(fmt.Errorf("the spec of %s cannot be read: %w", id, err)), false
		}
		if provider.Spec.Type != "Static" {
			return nil, unknowable("its inputs come from %s, which asks a service of type %s", id, provider.Spec.Type), false
		}
		step := j.owner.step(model.StepInputs, "spec.inputsFrom")
		step.Location = location
		inputs = append(inputs, input{values: provider.Spec.DefaultValues, step: step})
	}
	return inputs, nil, false
}

// writtenObject finds a written Flux object; nil when there is none, or more
// than one.
func (s *scheduler) writtenObject(id model.ID) *model.Object {
	var found *model.Object
	for _, object := range s.repo.Objects {
		if object.ID == id {
			if found != nil {
				return nil
			}
			found = object
		}
	}
	return found
}

// maker makes the objects of one ResourceSet.
type maker struct {
	*tracer
	spec *resourceSetSpec
	made map[model.ID]bool
	out  *result
}

// make fills every template with every set of inputs. An object that is made
// twice counts once; those of resources come before those of the template.
func (m *maker) make(ctx context.Context, inputs []input) *result {
	for i, raw := range m.spec.Resources {
		content, err := k8syaml.JSONToYAML(raw)
		if err != nil {
			return failure(err)
		}
		entry := "spec.resources[" + strconv.Itoa(i) + "]"
		docs, err := documents(content)
		if err != nil || len(docs) != 1 {
			docs = []document{{}}
		}
		if unknown := m.fill(ctx, string(content), entry, docs[0].node, inputs); unknown != nil {
			return unknown
		}
	}
	if m.spec.ResourcesTemplate != "" {
		return m.fill(ctx, m.spec.ResourcesTemplate, "spec.resourcesTemplate", nil, inputs)
	}
	return nil
}

// fill fills one template, which stands in an entry of the spec and is the node
// written when it is that of one object.
func (m *maker) fill(ctx context.Context, content, entry string, written *yaml.Node, inputs []input) *result {
	for _, input := range inputs {
		if err := ctx.Err(); err != nil {
			return refusal(err)
		}
		filled, err := fill(content, input.values)
		if err != nil {
			if errors.Is(err, errTemplateTooLarge) {
				return refusal(fmt.Errorf("%w: %w", errBuildTooLarge, err))
			}
			return unknowable("its template cannot be filled in here: %s", strings.TrimPrefix(err.Error(), "template: "))
		}
		if err := checkAliases([]byte(filled)); err != nil {
			return refusal(err)
		}
		docs, err := documents([]byte(filled))
		if err != nil {
			return failure(fmt.Errorf("what its template makes is no YAML: %w", err))
		}
		for _, doc := range docs {
			if failed := m.object(doc.node, entry, written, input); failed != nil {
				return failed
			}
		}
	}
	return nil
}

func (m *maker) object(node *yaml.Node, entry string, written *yaml.Node, from input) *result {
	if node.Kind != yaml.MappingNode || text(node, "kind") == "" {
		return failure(fmt.Errorf("what its template makes is no object: %s", entry))
	}
	if strings.EqualFold(text(node, "metadata", "annotations", fluxkind.GroupOperator+"/reconcile"), "disabled") {
		return nil
	}
	p := m.owner.places.of(entry)
	if p.Location.Line == 0 {
		p.Location = m.owner.location
	}
	if p.Location.File == m.owner.location.File {
		p.Location.Document = m.owner.location.Document
	}
	made := m.tracer.object(node, p.Location)
	if from.values != nil {
		s := &step{Step: from.step, line: from.step.Location.Line}
		if written != nil {
			m.record(made, s, diff(written, node))
		} else {
			made.steps = append(made.steps, model.AppliedStep{Step: s.Step})
		}
	}
	m.owner.spec.CommonMetadata = m.spec.CommonMetadata
	m.finishObject(made, node)
	if err := checkTypes(node); err != nil {
		return failure(err)
	}
	effective := made.effective(node)
	if m.made[effective.ID] {
		return nil
	}
	m.made[effective.ID] = true
	if makesOthers(effective.ID) {
		m.out.Places[len(m.out.Objects)] = m.owner.places.below(entry)
	}
	m.out.Objects = append(m.out.Objects, effective)
	if len(m.out.Objects) > maxObjects {
		return refusal(errBuildTooLarge)
	}
	return nil
}

// below are the places of the spec of an object that stands in an entry.
func (p places) below(entry string) places {
	found := maps.Clone(places{"spec": p.of(entry)})
	for path, place := range p {
		if rest, ok := strings.CutPrefix(path, entry+".spec"); ok {
			found["spec"+rest] = place
		}
	}
	return found
}
