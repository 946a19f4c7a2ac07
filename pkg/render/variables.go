package render

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"
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

// substitute fills variables into an object, as SubstituteVariables of
// github.com/fluxcd/pkg/kustomize v1.41.0 does. Those that cannot be told stay
// as they are written; their names are returned. The error is what the
// controller would say.
func (v *variables) substitute(res *resource.Resource) (changed bool, unresolved []string, err error) {
	if res.GetLabels()[substituteDisabled] == "disabled" || res.GetAnnotations()[substituteDisabled] == "disabled" {
		return false, nil, nil
	}
	if len(v.named) == 0 && !v.always && len(v.unknown) == 0 {
		return false, nil, nil
	}
	for _, name := range sortedKeys(v.named) {
		if !variableName.MatchString(name) {
			return false, nil, fmt.Errorf("envsubst error: '%s' var name is invalid, must match '%s'", name, variableName)
		}
	}
	if !holdsText(res.YNode(), "$") {
		return false, nil, nil
	}
	content, err := res.AsYAML()
	if err != nil {
		return false, nil, err
	}
	written, unresolved := v.keep(string(content))
	filled, err := evaluate(written, func(name string) (string, bool) {
		found, ok := v.named[name]
		return found.value, ok || !v.strict
	})
	if err != nil {
		return false, nil, fmt.Errorf("envsubst error: variable substitution failed: %w", err)
	}
	asJSON, err := k8syaml.YAMLToJSON([]byte(filled))
	if err != nil {
		return false, nil, fmt.Errorf("envsubst error: YAMLToJSON: %w", err)
	}
	if err := res.UnmarshalJSON(asJSON); err != nil {
		return false, nil, fmt.Errorf("UnmarshalJSON: %w", err)
	}
	return true, unresolved, nil
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
func (t *tracer) recordSubstitution(object *traced, vars *variables, before, after *yaml.Node) {
	for _, d := range diff(before, after) {
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
