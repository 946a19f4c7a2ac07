package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks14 = Rule{
	ID:       "KS-14",
	Title:    "A variable has no value",
	Severity: v1alpha1.SeverityCritical,
	Why: "From Flux 2.9 on, a variable without value and without default fails the build of the whole Kustomization; before that it was replaced by nothing, " +
		"which is worse where it stands in a name or a host.",
	Fix: "Define it in spec.postBuild.substitute or in an object of substituteFrom, give it a default with ${NAME:=value}, or escape it as $${NAME}.",
	Guard: "Only files that a Kustomization with variables builds, and only when all keys of its ConfigMaps and Secrets are known, from the repository or by --check-secret-keys. Documents " +
		"with substitute: disabled, comments, $NAME and $${NAME} do not count. A warning where the Flux in use is older, or not known, or its gate is off.",
	Since: "0.1.0",
	Page:  pageKustomization + "#post-build-variable-substitution",
	Focus: []string{"kustomize", "migration", "troubleshooting"},
	check: func(p *pass) {
		if up, ok := p.upgrade(); ok && up.crosses(strictFrom) {
			return // KS-15 says what the upgrade will do
		}
		p.undefinedVariables(func(object *model.Object) (v1alpha1.Severity, string) {
			flux := p.fluxOf(object)
			on, given := gate(p.component("kustomize-controller"), "StrictPostBuildSubstitutions")
			if given && on || !given && flux.minor.AtLeast(strictFrom) {
				return v1alpha1.SeverityCritical, flux.said
			}
			return v1alpha1.SeverityWarning, "it is replaced by nothing"
		})
	},
}

// strictFrom is the first Flux that refuses variables without a value.
var strictFrom = fluxver.Minor{Major: 2, Minor: 9}

// undefinedVariables reports the variables that the builds of Kustomizations
// use and nothing defines. judge gives severity and the end of the evidence.
func (p *pass) undefinedVariables(judge func(*model.Object) (v1alpha1.Severity, string)) {
	if p.Repository == nil {
		return
	}
	type place struct {
		model.Location
		name string
	}
	reported := map[place]bool{}
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.PostBuild == nil || len(spec.PostBuild.Substitute) == 0 && len(spec.PostBuild.SubstituteFrom) == 0 {
			continue
		}
		used := p.usedVariables(object)
		if len(used) == 0 {
			continue
		}
		defined, unknown := p.definitions(object, spec)
		for _, variable := range used {
			if variable.Default || defined[variable.Name] {
				continue
			}
			if unknown != "" {
				p.undecided(object, fmt.Sprintf("${%s} in %s is not in the repository's definitions, and %s", variable.Name, variable.Location, unknown))
				continue
			}
			if key := (place{variable.Location, variable.Name}); !reported[key] {
				reported[key] = true
				severity, end := judge(object)
				p.report(finding{
					id: object.ID, at: variable.Location, severity: severity,
					evidence: fmt.Sprintf("${%s} is defined neither by %s (%s) nor by what it names; %s", variable.Name, object.ID, orObject(object), end),
					fix:      fmt.Sprintf("substitute: {%s: VALUE} under spec.postBuild of %s, or ${%[1]s:=VALUE} in the file", variable.Name, orObject(object)),
				})
			}
		}
	}
}

// usedVariables are the variables in the files that a Kustomization builds from
// this repository.
func (x *index) usedVariables(object *model.Object) []model.Variable {
	var used []model.Variable
	for _, build := range x.builds[object.Location] {
		if build.Source != model.SourceTree && build.Source != model.SourceAssumed {
			continue
		}
		for _, file := range build.Files {
			used = append(used, x.variables[file]...)
		}
	}
	return used
}

// definitions are the names that a Kustomization gives a value to. unknown says
// why there may be more.
func (x *index) definitions(object *model.Object, spec *fluxkind.Kustomization) (defined map[string]bool, unknown string) {
	defined = map[string]bool{}
	for name := range spec.PostBuild.Substitute {
		defined[name] = true
	}
	if x.mayBePatched(object) {
		unknown = "a patch may define it"
	}
	for _, from := range spec.PostBuild.SubstituteFrom {
		target := model.ID{Kind: from.Kind, Namespace: object.Namespace, Name: from.Name}
		keys, known := x.keysOf(object, target)
		for _, key := range keys {
			defined[key] = true
		}
		if !known {
			unknown = fmt.Sprintf("the keys of %s are not known", target)
		}
	}
	return defined, unknown
}

// keysOf are the keys of a ConfigMap or Secret that an object names, from the
// cluster or the repository.
func (x *index) keysOf(owner *model.Object, target model.ID) (keys []string, known bool) {
	if x.Cluster != nil {
		named := x.Cluster.Named[target]
		if named.Keys != nil {
			return named.Keys, true
		}
		if live(owner) && named.Presence == model.Absent {
			return nil, true
		}
	}
	for _, manifest := range x.ofName[withoutNamespace(target)] {
		if sameNamespace(manifest.Namespace, target.Namespace) && x.together(manifest.File, owner.Location.File) {
			known = true
			for _, entry := range manifest.Entries {
				keys = append(keys, entry.Key)
			}
		}
	}
	for _, made := range x.generated[withoutNamespace(target)] {
		if len(made.object.Keys) > 0 && x.together(made.file, owner.Location.File) {
			known = true
			keys = append(keys, made.object.Keys...)
		}
	}
	return keys, known
}
