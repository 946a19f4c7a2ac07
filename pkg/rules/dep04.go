package rules

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep04 = Rule{
	ID:       "DEP-04",
	Title:    "A field does not exist in the API version that the object has or must get",
	Severity: v1alpha1.SeverityError,
	Why:      "flux migrate rewrites apiVersion and leaves the field: under the new version the object is refused, or the field is dropped and what it did is lost.",
	Fix:      "Replace the field in the same commit as the version.",
	Guard:    "An error when the object already has the newer version; a warning while the old one is still written, since it has to go before the upgrade.",
	Since:    "0.1.0",
	Page:     pageUpgrade,
	Focus:    []string{"migration"},
	check:    checkVanishedFields,
}

func checkVanishedFields(p *pass) {
	for _, object := range p.objects {
		if !inGit(object) {
			continue
		}
		_, version := model.SplitAPIVersion(p.writtenVersion(object))
		for field, path := range p.vanished(object) {
			severity := v1alpha1.SeverityWarning
			if version == field.First {
				severity = v1alpha1.SeverityError
			}
			p.report(finding{
				object: object, field: path, severity: severity,
				evidence: fmt.Sprintf("%s is set; %s has it, %s does not", path, field.Last, field.First),
				fix:      insteadOf(leaf(path), field.Instead),
			})
		}
	}
}

// insteadOf says what to write in the place of a field.
func insteadOf(field, instead string) string {
	if reason, ok := strings.CutPrefix(instead, "nothing: "); ok {
		return "remove " + field + ": " + reason
	}
	return "write " + instead + " in its place"
}

// hasField is the path of a field in the JSON of a spec, with the index of the
// first list item that has it; empty when it is absent.
func hasField(spec json.RawMessage, path string) string {
	var value any
	if json.Unmarshal(spec, &value) != nil {
		return ""
	}
	return findField(value, "spec", strings.Split(path, ".")[1:])
}

func findField(value any, at string, path []string) string {
	if len(path) == 0 {
		return at
	}
	mapping, ok := value.(map[string]any)
	if !ok {
		return ""
	}
	name, isList := strings.CutSuffix(path[0], "[]")
	next, ok := mapping[name]
	if !ok {
		return ""
	}
	at += "." + name
	if !isList {
		return findField(next, at, path[1:])
	}
	list, _ := next.([]any)
	for i, item := range list {
		if found := findField(item, fmt.Sprintf("%s[%d]", at, i), path[1:]); found != "" {
			return found
		}
	}
	return ""
}
