package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks05 = Rule{
	ID:       "KS-05",
	Title:    "A Kustomization depends on one that does not exist",
	Severity: v1alpha1.SeverityError,
	Why: "The controller waits for the dependency for ever: Ready stays False with reason DependencyNotReady, and nothing of this " +
		"Kustomization is applied, updated or pruned until the name is right.",
	Fix:   "Name an existing Kustomization (with its namespace, when that differs), or remove the entry.",
	Guard: "A dependency is looked for in Git and in the cluster; names that hold variables are left open. Kustomizations of another synced cluster folder do not count.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/kustomize/kustomizations/#dependencies",
	Focus: []string{"kustomize", "troubleshooting"},
	check: func(p *pass) { checkDependencies[*fluxkind.Kustomization](p) },
}

// checkDependencies reports dependsOn entries of one kind of object that name
// nothing.
func checkDependencies[T model.Spec](p *pass) {
	for object, spec := range specs[T](p.index) {
		for _, ref := range spec.References(object.ID) {
			if ref.Relation != model.RelationDependsOn {
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				p.report(finding{
					object: object, field: ref.Field + ".name",
					evidence: fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, p.nowhere(object)),
					fix:      p.dependencyFix(object, ref),
				})
			case found:
			}
		}
	}
}

// dependencyFix says what the entry most likely should have been.
func (p *pass) dependencyFix(owner *model.Object, ref model.Reference) string {
	target := ref.Target
	for _, kind := range []model.ID{
		{Group: fluxkind.GroupHelm, Kind: "HelmRelease"},
		{Group: fluxkind.GroupKustomize, Kind: "Kustomization"},
	} {
		other := target
		other.Group, other.Kind = kind.Group, kind.Kind
		if other.Kind != target.Kind && len(p.candidates(owner, other)) > 0 {
			return fmt.Sprintf("%s is a %s: dependsOn of a %s can only name a %s; depend on the %s that applies it", target.Name, other.Kind, owner.Kind, target.Kind, "Kustomization")
		}
	}
	if k, ok := p.elsewhere(owner, target); ok && k.Namespace != "" {
		return fmt.Sprintf("add namespace: %s to the entry", k.Namespace)
	}
	var names []string
	for _, object := range p.objects {
		if object.Group == target.Group && object.Kind == target.Kind && object != owner && p.sees(owner, object) {
			names = append(names, object.Name)
		}
	}
	if near := focus.Nearest(target.Name, names); near != "" {
		return "- name: " + near
	}
	return fmt.Sprintf("remove the entry, or add the %s %s to Git", target.Kind, target.Name)
}
