package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks18 = Rule{
	ID:       "KS-18",
	Title:    "A number or boolean is substituted where a string must be",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Quotes in the file are gone when variables are substituted: the field gets a number, and the API server refuses the object.",
	Fix:      "Define quote: '\"' beside the variable and write ${quote}${NAME}${quote}.",
	Guard:    "Only values that spec.postBuild.substitute itself gives, for variables that are all of an entry of a ConfigMap or of the value of an environment variable.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#post-build-substitution-of-numbers-and-booleans",
	Focus:    []string{"kustomize"},
	check:    checkQuoting,
}

// bareValue is what YAML reads as a number or a boolean.
var bareValue = lazyregexp.New(`^([-+]?[0-9][0-9_]*(\.[0-9]+)?|true|false|yes|no|on|off)$`)

func checkQuoting(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.PostBuild == nil {
			continue
		}
		for _, variable := range p.usedVariables(object) {
			value := spec.PostBuild.Substitute[variable.Name]
			if variable.Field == "" || !bareValue().MatchString(value) || !p.wantsString(variable) {
				continue
			}
			p.report(finding{
				id: object.ID, at: variable.Location,
				evidence: fmt.Sprintf("%s is ${%s}, and %s (%s) gives it the value %s", variable.Field, variable.Name, object.ID, orObject(object), value),
				fix:      fmt.Sprintf("%s: ${quote}${%s}${quote}, with quote: '\"' under substitute", variable.Field, variable.Name),
			})
		}
	}
}

// wantsString is true for the entries of a ConfigMap and the values of
// environment variables.
func (x *index) wantsString(variable model.Variable) bool {
	for i := range x.Repository.Manifests {
		manifest := &x.Repository.Manifests[i]
		if manifest.File != variable.File || manifest.Document != variable.Document {
			continue
		}
		switch manifest.Kind {
		case "ConfigMap":
			return slices.ContainsFunc(manifest.Entries, func(e model.Entry) bool { return e.Line == variable.Line && e.Field == "data" })
		case "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod":
			return variable.Field == "value"
		}
	}
	return false
}
