package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src01 = Rule{
	ID:       "SRC-01",
	Title:    "A source that is named does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The object never gets anything to apply: it fails with reason ArtifactFailed or SourceNotReady until a source of that kind, name and namespace is there.",
	Fix:      "Correct kind, name or namespace of the reference, or add the source.",
	Guard: "A source is looked for in Git and in the cluster; sources that the Flux Operator, flux bootstrap and ArtifactGenerators make count. A warning " +
		"when no cluster could be asked, since another repository may define it.",
	Since: "0.1.0",
	Page:  pageKustomization + "#source-reference",
	Focus: []string{"sources", "kustomize", "helm", "troubleshooting"},
	check: checkSourceReferences,
}

func checkSourceReferences(p *pass) {
	for _, object := range p.objects {
		if object.Spec == nil {
			continue
		}
		for _, ref := range object.Spec.References(object.ID) {
			if ref.Relation != model.RelationSource {
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				severity := v1alpha1.Severity("")
				if p.Cluster == nil || !p.Cluster.Reachable {
					severity = v1alpha1.SeverityWarning
				}
				p.report(finding{
					object: object, field: ref.Field + ".name", severity: severity,
					evidence: fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, p.nowhere(object)),
					fix:      p.sourceFix(object, ref),
				})
			case found:
			}
		}
	}
}

// sourceFix says what the reference most likely should have been.
func (p *pass) sourceFix(owner *model.Object, ref model.Reference) string {
	if k, ok := p.elsewhere(owner, ref.Target); ok && k.Namespace != "" {
		return fmt.Sprintf("namespace: %s", k.Namespace)
	}
	var names []string
	for _, object := range p.objects {
		if !p.sees(owner, object) {
			continue
		}
		if object.Kind == ref.Target.Kind && object.Group == ref.Target.Group {
			names = append(names, object.Name)
		} else if object.Name == ref.Target.Name && object.Group == ref.Target.Group {
			return "kind: " + object.Kind
		}
	}
	if near := focus.Nearest(ref.Target.Name, names); near != "" {
		return "name: " + near
	}
	return fmt.Sprintf("add the %s %s in the namespace %s, or correct %s", ref.Target.Kind, ref.Target.Name, ref.Target.Namespace, ref.Field)
}
