package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks12 = Rule{
	ID:       "KS-12",
	Title:    "A health check waits for an object that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The check runs into the timeout every time, so the Kustomization is never ready, and all that depends on it waits.",
	Fix:      "Correct kind, name or namespace of the entry, or remove it.",
	Guard: "Only Flux objects, such as a HelmRelease, are looked for: others may be made by a chart or an operator, and are left open, and so is all " +
		"that a Kustomization of another repository may apply. With spec.wait the list is not read.",
	Since: "0.1.0",
	Page:  pageKustomization + "#health-checks",
	Focus: []string{"kustomize", "troubleshooting"},
	check: checkHealthChecks,
}

func checkHealthChecks(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.Wait || spec.KubeConfig != nil {
			continue
		}
		for _, ref := range spec.References(object.ID) {
			if ref.Relation != model.RelationHealthCheck {
				continue
			}
			if !isFlux(ref.Target) {
				if live(object) && !inInventory(object, ref.Target) && len(object.Status.Inventory) > 0 {
					p.undecided(object, fmt.Sprintf("%s names %s, which the Kustomization does not apply itself", ref.Field, ref.Target))
				}
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				if !live(object) && !p.buildsHere(object) {
					p.undecided(object, fmt.Sprintf("%s names %s, which the other repository may define", ref.Field, ref.Target))
					continue
				}
				p.report(finding{
					object: object, field: ref.Field,
					evidence: fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, p.nowhere(object)),
					fix:      p.dependencyFix(object, ref),
				})
			case found:
			}
		}
	}
}

// buildsHere is true when all that a Kustomization builds lies in this
// repository.
func (x *index) buildsHere(object *model.Object) bool {
	builds := x.builds[object.Location]
	return len(builds) > 0 && !slices.ContainsFunc(builds, func(build *model.Build) bool {
		return build.Source != model.SourceTree && build.Source != model.SourceAssumed
	})
}

func inInventory(object *model.Object, id model.ID) bool {
	for _, entry := range object.Status.Inventory {
		if entry.ID == id {
			return true
		}
	}
	return false
}
