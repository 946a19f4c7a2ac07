package render

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// hashSuffix is what kustomize appends to the names of generated objects.
var hashSuffix = regexp.MustCompile(`-[bcdfghkmt2456789]{10}$`)

// explain joins what was traced with what kustomize gave: for each of its
// objects the traced one, brought to what kustomize made of it. What the trace
// does not account for is put down to the step that is known to do such things.
func (t *tracer) explain(objects []*traced, final []*yaml.Node) []*traced {
	joined := make([]*traced, len(final))
	taken := map[*traced]bool{}
	find := func(match func(*traced, *yaml.Node) bool) {
		for i, node := range final {
			if joined[i] != nil {
				continue
			}
			for _, object := range objects {
				if !taken[object] && object.kind() == text(node, "kind") && match(object, node) {
					joined[i], taken[object] = object, true
					break
				}
			}
		}
	}
	name := func(node *yaml.Node) string { return text(node, "metadata", "name") }
	sameSpace := func(o *traced, node *yaml.Node) bool { return o.currentSpace() == text(node, "metadata", "namespace") }
	// Nearly all have the name that the trace gives them.
	byName := make(map[[3]string]*traced, len(objects))
	for _, object := range objects {
		byName[[3]string{object.kind(), object.currentSpace(), object.currentName()}] = object
	}
	for i, node := range final {
		object := byName[[3]string{text(node, "kind"), text(node, "metadata", "namespace"), name(node)}]
		if object != nil && !taken[object] {
			joined[i], taken[object] = object, true
		}
	}
	find(func(o *traced, node *yaml.Node) bool {
		return o.currentName() == hashSuffix.ReplaceAllString(name(node), "") && sameSpace(o, node)
	})
	find(func(o *traced, node *yaml.Node) bool { return slices.Contains(o.names, name(node)) })
	find(func(o *traced, node *yaml.Node) bool {
		return slices.ContainsFunc(o.names, func(n string) bool { return strings.Contains(name(node), n) })
	})

	renamed := map[*traced]string{}
	for i, object := range joined {
		if object != nil {
			renamed[object] = name(final[i])
		}
	}
	for i, object := range joined {
		if object == nil {
			object = &traced{node: final[i], location: t.outermost}
			joined[i] = object
			continue
		}
		for _, d := range diff(object.node, final[i]) {
			if object.generated && (d.before == nil || d.path == "metadata.name") || object.undo(d) {
				continue
			}
			t.record(object, t.whoDid(object, d, renamed), []difference{d})
		}
		if makesOthers(identity(final[i])) {
			object.node = adopt(final[i], object.node)
		}
	}
	return joined
}

// undo takes back a change that the trace made and kustomize did not.
func (o *traced) undo(d difference) bool {
	for i := len(o.steps) - 1; i >= 0; i-- {
		step := &o.steps[i]
		if step.Kind == model.StepPatch {
			continue
		}
		for j, changed := range step.Fields {
			if changed.Field == d.path && changed.Before == shown(d.after, o.kind() == "Secret", d.path) {
				step.Fields = slices.Delete(step.Fields, j, j+1)
				if len(step.Fields) == 0 {
					o.steps = slices.Delete(o.steps, i, i+1)
				}
				return true
			}
		}
	}
	return false
}

// whoDid finds the step that a difference comes from.
func (t *tracer) whoDid(object *traced, d difference, renamed map[*traced]string) *step {
	value := ""
	if d.after != nil && d.after.Kind == yaml.ScalarNode {
		value = d.after.Value
	}
	before := ""
	if d.before != nil && d.before.Kind == yaml.ScalarNode {
		before = d.before.Value
	}
	if before != "" && value != "" {
		for other, name := range renamed {
			if name == value && slices.Contains(other.names, before) && before != name {
				return nameReference(other)
			}
		}
	}
	for _, s := range slices.Backward(t.steps) {
		switch s.Kind {
		case model.StepNamespace:
			if value == s.value && strings.HasSuffix(strings.ToLower(d.path), "namespace") {
				return s
			}
		case model.StepLabels, model.StepAnnotations:
			if strings.HasSuffix(d.path, "."+s.name) && value == s.value {
				return s
			}
			if d.after != nil && d.after.Kind == yaml.MappingNode && holdsText(d.after, s.name) {
				return s
			}
		case model.StepImages:
			if value != "" && value != before && (strings.HasSuffix(d.path, "image") || strings.HasSuffix(d.path, "reference")) {
				return s
			}
		case model.StepVariable:
			if d.before != nil && holdsText(d.before, "$("+s.name+")") {
				return s
			}
		case model.StepGenerator:
			if s.matches(object) && !strings.HasPrefix(d.path, "metadata.name") {
				return s
			}
		case model.StepReplacement:
			if slices.ContainsFunc(s.targets, func(target string) bool { return targets(target, d.path) }) {
				return s
			}
		case model.StepTransformer:
			return s
		case model.StepNamePrefix, model.StepNameSuffix:
			if d.path == "metadata.name" {
				return s
			}
		case model.StepKustomize:
			if strings.Contains(d.path, "config.kubernetes.io/") || d.path == "metadata.annotations" && d.before == nil {
				return s
			}
		case model.StepPatch, model.StepReplicas, model.StepNameReference,
			model.StepSubstitute, model.StepCommonMetadata, model.StepOwnerLabels, model.StepDefaults, model.StepInputs:
		}
	}
	return &step{Step: model.Step{Kind: model.StepKustomize, Declared: t.outermost, Location: t.outermost}}
}

// nameReference is the step that lets an object follow the new name of another:
// it stands where that got its name.
func nameReference(renamed *traced) *step {
	s := model.Step{Kind: model.StepNameReference, Entry: renamed.entry, Declared: renamed.location, Location: renamed.location}
	for _, applied := range slices.Backward(renamed.steps) {
		if slices.ContainsFunc(applied.Fields, func(f model.FieldChange) bool { return f.Field == "metadata.name" }) {
			s = applied.Step
			s.Kind = model.StepNameReference
			break
		}
	}
	return &step{Step: s, line: s.Location.Line}
}

// targets is true when the field path of a replacement may be that of a field.
func targets(fieldPath, path string) bool {
	parts := targetParts.FindAllString(fieldPath, -1)
	for _, part := range entryParts.FindAllString(path, -1) {
		if len(parts) == 0 {
			return true
		}
		item := part[0] == '['
		selected := parts[0] == "*" || parts[0][0] == '[' || strings.Trim(parts[0], "0123456789") == ""
		if item != selected && (item || parts[0] != part) || !item && !selected && parts[0] != part {
			return false
		}
		parts = parts[1:]
	}
	return true
}

var targetParts = regexp.MustCompile(`\[[^\]]*\]|[^.\[\]]+`)

// adopt is a copy of a node of kustomize with the line tags of the traced one
// where both have a value.
func adopt(node, tagged *yaml.Node) *yaml.Node {
	if node == nil {
		return nil
	}
	adopted := *node
	adopted.Line = 0
	if tagged != nil && tagged.Kind == node.Kind {
		adopted.Line, adopted.Style = tagged.Line, tagged.Style
	}
	adopted.Content = make([]*yaml.Node, len(node.Content))
	byName := node.Kind == yaml.SequenceNode && tagged != nil && tagged.Kind == yaml.SequenceNode && named(node) && named(tagged)
	for i, child := range node.Content {
		var other *yaml.Node
		switch {
		case tagged == nil || tagged.Kind != node.Kind:
		case node.Kind == yaml.MappingNode && i%2 == 0:
			eachField(tagged, func(key, _ *yaml.Node) {
				if key.Value == child.Value {
					other = key
				}
			})
		case node.Kind == yaml.MappingNode:
			other = field(tagged, node.Content[i-1].Value)
		case byName:
			for _, item := range tagged.Content {
				if text(item, "name") == text(child, "name") {
					other = item
				}
			}
		case i < len(tagged.Content):
			other = tagged.Content[i]
		}
		adopted.Content[i] = adopt(child, other)
	}
	return &adopted
}
