package render

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// variables finds the variables of a Kustomization: in what its cluster is made
// of first, since that is what the tree says they will be, then in the cluster.
// It is true when a ConfigMap or Secret may still be made by another build.
func (s *scheduler) variables(ctx context.Context, j *job) (vars *variables, wait bool, err error) {
	vars = &variables{named: map[string]variable{}, strict: s.opts.strict()}
	post := j.owner.spec.PostBuild
	if post == nil {
		return vars, false, nil
	}
	vars.always = post.SubstituteStrategy == "Always"
	for i, from := range post.SubstituteFrom {
		id := model.ID{Kind: from.Kind, Namespace: j.owner.id.Namespace, Name: from.Name}
		step := j.owner.step(model.StepSubstitute, "spec.postBuild.substituteFrom["+strconv.Itoa(i)+"]")
		object, others := s.find(j, id)
		switch {
		case object != nil:
			s.fromObject(vars, object, step)
			continue
		case others:
			return nil, true, nil
		}
		data, err := s.lookUp(ctx, id)
		switch {
		case err == nil:
			for name, value := range data {
				vars.named[name] = variable{value: oneLine(value), known: true, step: step}
			}
		case !errors.Is(err, fs.ErrNotExist):
			vars.unknown = append(vars.unknown, id)
		case !from.Optional:
			return nil, false, fmt.Errorf("substitute from '%s/%s' error: not found in the repository, nor in the cluster", from.Kind, from.Name)
		}
	}
	for name, value := range post.Substitute {
		step := j.owner.step(model.StepSubstitute, "spec.postBuild.substitute."+name)
		vars.named[name] = variable{value: oneLine(value), known: true, step: step}
	}
	return vars, false, nil
}

var errNobodyKnows = errors.New("no cluster to ask")

func (s *scheduler) lookUp(ctx context.Context, id model.ID) (map[string]string, error) {
	if s.opts.Lookup == nil {
		return nil, errNobodyKnows
	}
	s.asked.Store(true)
	return s.opts.Lookup(ctx, id)
}

// oneLine is a value as the controller takes it.
func oneLine(value string) string { return strings.ReplaceAll(value, "\n", "") }

// find looks for an object among those that the owner's cluster is made of;
// others is true when more of them are to come.
func (s *scheduler) find(j *job, id model.ID) (found *model.EffectiveObject, others bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found = j.root.made[id]
	return found, found == nil && !j.waited && (j.root.active > 1 || len(j.root.waiting) > 0)
}

// fromObject takes the variables of a ConfigMap or Secret that a build made.
// The values of Secrets are not known: they are never put in place.
func (s *scheduler) fromObject(vars *variables, object *model.EffectiveObject, step model.Step) {
	var content struct {
		Data       map[string]string          `json:"data"`
		StringData map[string]json.RawMessage `json:"stringData"`
	}
	if err := json.Unmarshal(object.Body, &content); err != nil {
		vars.unknown = append(vars.unknown, object.ID)
		return
	}
	document := s.builder.tree.document(object.Location)
	for name, value := range content.Data {
		step := step
		step.Location = fieldPlace(object, document, "data", name)
		vars.named[name] = variable{
			value: oneLine(value), step: step,
			known: object.Kind == "ConfigMap" && (len(object.Unresolved) == 0 || !strings.Contains(value, "${")),
		}
	}
	for name := range content.StringData {
		vars.named[name] = variable{step: step}
	}
}

// fieldPlace is where a field of an effective object was set last.
func fieldPlace(object *model.EffectiveObject, document *yaml.Node, parent, name string) model.Location {
	if steps := object.StepsOf(parent + "." + name); len(steps) > 0 {
		last := steps[len(steps)-1]
		location := last.Location
		location.Line = last.Fields[len(last.Fields)-1].Line
		return location
	}
	location := object.Location
	eachField(field(document, parent), func(key, _ *yaml.Node) {
		if key.Value == name {
			location.Line = key.Line
		}
	})
	return location
}
