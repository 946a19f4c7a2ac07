package render

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"go.yaml.in/yaml/v3"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// postBuild is how a Kustomization fills variables in.
type postBuild struct {
	Substitute         map[string]string `json:"substitute"`
	SubstituteStrategy string            `json:"substituteStrategy"`
	SubstituteFrom     []substituteFrom  `json:"substituteFrom"`
}

// substituteFrom names a ConfigMap or Secret with variables.
type substituteFrom struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Optional bool   `json:"optional"`
}

// variable is one that may be filled in.
type variable struct {
	value string
	// known is false for a variable that exists, with a value that cannot be
	// told.
	known bool
	// step is where it comes from.
	step model.Step
}

// variables are those of one build.
type variables struct {
	named map[string]variable
	// unknown are the sources that could not be read; whatever is not among
	// named may come from them.
	unknown []model.ID
	// always is true when variables are filled in even if there are none, strict
	// when one that is missing makes the build fail.
	always bool
	strict bool
}

// substituteDisabled is the label or annotation with which an object is left as
// it is.
const substituteDisabled = "kustomize.toolkit.fluxcd.io/substitute"

var variableName = regexp.MustCompile(`^[_[:alpha:]][_[:alpha:][:digit:]]*$`)

// substitute fills variables into an object, with the outcome that
// SubstituteVariables of github.com/fluxcd/pkg/kustomize v1.41.0 has. Those that
// cannot be told stay as they are written; their names are returned. The error
// is what the controller would say.
func (v *variables) substitute(node *yaml.Node) (changed edit, unresolved []string, err error) {
	for _, of := range []string{"labels", "annotations"} {
		if text(node, "metadata", of, substituteDisabled) == "disabled" {
			return nil, nil, nil
		}
	}
	if len(v.named) == 0 && !v.always && len(v.unknown) == 0 {
		return nil, nil, nil
	}
	for _, name := range sortedKeys(v.named) {
		if !variableName.MatchString(name) {
			return nil, nil, fmt.Errorf("envsubst error: '%s' var name is invalid, must match '%s'", name, variableName)
		}
	}
	if !holdsText(node, "$") {
		return nil, nil, nil
	}
	// The controller fills in the YAML of the whole object. What has no variable
	// in it comes out as it went in, so that the rest is enough.
	if !openEnded(node) {
		after, unresolved, err := v.fillIn(withVariables(node))
		if err != nil {
			return nil, nil, err
		}
		if putBack("", node, after, &changed) {
			return changed, unresolved, nil
		}
	}
	after, unresolved, err := v.fillIn(node)
	if err != nil {
		return nil, nil, err
	}
	changed = diff(node, after)
	*node = *after
	return changed, unresolved, nil
}

// openEnded is true when some text starts an expression and does not end it: it
// goes on in the fields behind.
func openEnded(node *yaml.Node) bool {
	if node.Kind == yaml.ScalarNode {
		return strings.Count(node.Value, "${") > strings.Count(node.Value, "}")
	}
	return slices.ContainsFunc(node.Content, openEnded)
}

// fillIn writes a node as YAML, fills in the variables, and reads it again.
func (v *variables) fillIn(node *yaml.Node) (*yaml.Node, []string, error) {
	content, err := k8syaml.JSONToYAML(appendJSON(nil, node, nil))
	if err != nil {
		return nil, nil, err
	}
	written, unresolved := v.keep(string(content))
	filled, err := evaluate(written, func(name string) (string, bool) {
		found, ok := v.named[name]
		return found.value, ok || !v.strict
	})
	if err != nil {
		return nil, nil, fmt.Errorf("envsubst error: variable substitution failed: %w", err)
	}
	asJSON, err := k8syaml.YAMLToJSON([]byte(filled))
	if err != nil {
		return nil, nil, fmt.Errorf("envsubst error: YAMLToJSON: %w", err)
	}
	var read yaml.Node
	if err := yaml.Unmarshal(asJSON, &read); err != nil {
		return nil, nil, fmt.Errorf("UnmarshalJSON: %w", err)
	}
	if len(read.Content) == 0 {
		return nil, nil, errors.New("UnmarshalJSON: nothing is left of the object")
	}
	return read.Content[0], unresolved, nil
}

// withVariables is the part of a node in which there are variables: the fields
// and items that hold some, in their places among each other.
func withVariables(node *yaml.Node) *yaml.Node {
	switch node.Kind {
	case yaml.MappingNode:
		part := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		eachField(node, func(key, value *yaml.Node) {
			switch {
			case strings.Contains(key.Value, "$"):
				part.Content = append(part.Content, key, value)
			case holdsText(value, "$"):
				part.Content = append(part.Content, key, withVariables(value))
			}
		})
		return part
	case yaml.SequenceNode:
		part := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range node.Content {
			if holdsText(item, "$") {
				part.Content = append(part.Content, withVariables(item))
			}
		}
		return part
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
	}
	return node
}

// putBack puts the filled part of a node back where withVariables took it from.
// It is false when the two do not fit, because a key had a variable or the value
// of one was taken for structure; nothing is changed then.
func putBack(at string, node, filled *yaml.Node, changed *edit) bool {
	var puts []func()
	if !fits(at, node, filled, &puts, changed) {
		*changed = nil
		return false
	}
	for _, put := range puts {
		put()
	}
	return true
}

func fits(at string, node, filled *yaml.Node, puts *[]func(), changed *edit) bool {
	if filled.Kind != node.Kind {
		return false
	}
	switch node.Kind {
	case yaml.MappingNode:
		found, ok := 0, true
		for i := 0; ok && i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			if strings.Contains(key.Value, "$") {
				return false
			}
			if !holdsText(value, "$") {
				continue
			}
			part := field(filled, key.Value)
			if part == nil {
				return false
			}
			found++
			below := join(at, key.Value)
			if value.Kind == yaml.ScalarNode {
				if part.Kind != yaml.ScalarNode {
					return false
				}
				replace(below, key, value, part, &node.Content[i+1], puts, changed)
				continue
			}
			ok = fits(below, value, part, puts, changed)
		}
		return ok && found == len(filled.Content)/2
	case yaml.SequenceNode:
		found := 0
		for i, item := range node.Content {
			if !holdsText(item, "$") {
				continue
			}
			if found == len(filled.Content) {
				return false
			}
			part := filled.Content[found]
			found++
			below := indexed(at, i)
			if item.Kind == yaml.ScalarNode {
				if part.Kind != yaml.ScalarNode {
					return false
				}
				replace(below, nil, item, part, &node.Content[i], puts, changed)
			} else if !fits(below, item, part, puts, changed) {
				return false
			}
		}
		return found == len(filled.Content)
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
	}
	return false
}

func replace(at string, key, old, value *yaml.Node, place **yaml.Node, puts *[]func(), changed *edit) {
	if !sameScalar(old, value) {
		*changed = append(*changed, difference{path: at, key: key, before: old, after: value})
	}
	*puts = append(*puts, func() { *place = value })
}

// evaluate is envsubst.Eval, which panics on some expressions.
func evaluate(content string, value func(string) (string, bool)) (filled string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("an expression cannot be evaluated")
		}
	}()
	return envsubst.Eval(content, value)
}

// expression is the start of a variable; one that is escaped has a third
// character in front.
var expression = regexp.MustCompile(`(\$*)\$\{#?([_[:alpha:]][_[:alnum:]]*)`)

// keep escapes the variables that cannot be told, so that they come out of the
// evaluation as they went in.
func (v *variables) keep(content string) (string, []string) {
	if len(v.unknown) == 0 && !slices.ContainsFunc(sortedKeys(v.named), func(name string) bool { return !v.named[name].known }) {
		return content, nil
	}
	var unresolved []string
	kept := expression.ReplaceAllStringFunc(content, func(match string) string {
		parts := expression.FindStringSubmatch(match)
		if len(parts[1]) > 0 {
			return match
		}
		found, ok := v.named[parts[2]]
		if ok && found.known || !ok && len(v.unknown) == 0 {
			return match
		}
		if !slices.Contains(unresolved, parts[2]) {
			unresolved = append(unresolved, parts[2])
		}
		return "$" + match
	})
	slices.Sort(unresolved)
	return kept, unresolved
}

// namesIn are the variables that the texts of a node mention.
func namesIn(node *yaml.Node, into []string) []string {
	if node == nil {
		return into
	}
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "$") {
		for _, match := range expression.FindAllStringSubmatch(node.Value, -1) {
			if len(match[1]) == 0 && !slices.Contains(into, match[2]) {
				into = append(into, match[2])
			}
		}
	}
	for _, child := range node.Content {
		into = namesIn(child, into)
	}
	return into
}

// recordSubstitution notes what filling variables in did to an object: a field
// for each variable in it, or for the expression itself when its default was
// taken or it was only an escape.
func (t *tracer) recordSubstitution(object *traced, vars *variables, changed edit) {
	for _, d := range changed {
		found := false
		for _, name := range namesIn(d.before, namesOfKey(d.key)) {
			if used, ok := vars.named[name]; ok && used.known {
				t.record(object, &step{Step: used.step, line: used.step.Location.Line}, []difference{d})
				found = true
			}
		}
		if !found {
			s := t.owner.step(model.StepSubstitute, "spec.postBuild")
			t.record(object, &step{Step: s, line: s.Location.Line}, []difference{d})
		}
	}
}

func namesOfKey(key *yaml.Node) []string { return namesIn(key, nil) }
