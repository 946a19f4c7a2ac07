package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img01 = Rule{
	ID:       "IMG-01",
	Title:    "An ImagePolicy names an ImageRepository that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The policy selects nothing (DependencyNotReady), and the images that carry its marker stay as they are.",
	Fix:      "Correct name or namespace of spec.imageRepositoryRef, or add the ImageRepository.",
	Guard:    "A repository is looked for in Git and in the cluster; names that hold variables are left open.",
	Since:    "0.1.0",
	Page:     pageImagePolicy + "#image-repository-reference",
	Focus:    []string{"image-automation", "troubleshooting"},
	check:    checkPolicyRepository,
}

func checkPolicyRepository(p *pass) {
	for object, spec := range specs[*fluxkind.ImagePolicy](p.index) {
		for _, ref := range spec.References(object.ID) {
			if ref.Relation != model.RelationImage {
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				p.report(finding{
					object: object, field: ref.Field + ".name", severity: p.ifKnown(ref.Target),
					evidence: fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, p.nowhere(object)),
					fix:      p.imageRepositoryFix(object, ref.Target),
				})
			case found:
			}
		}
	}
}

func (p *pass) imageRepositoryFix(owner *model.Object, target model.ID) string {
	if k, ok := p.elsewhere(owner, target); ok && k.Namespace != "" {
		return "namespace: " + k.Namespace
	}
	var names []string
	for object := range specs[*fluxkind.ImageRepository](p.index) {
		names = append(names, object.Name)
	}
	if near := focus.Nearest(target.Name, names); near != "" {
		return "name: " + near
	}
	return "add the ImageRepository " + target.Name
}
