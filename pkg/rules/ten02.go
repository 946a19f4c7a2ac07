package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ten02 = Rule{
	ID:       "TEN-02",
	Title:    "An object names a source or a provider of another namespace",
	Severity: v1alpha1.SeverityInfo,
	InFocus:  v1alpha1.SeverityWarning,
	Why:      "It works only as long as the controllers allow it: under multi-tenancy lockdown the object is stalled with AccessDenied.",
	Fix:      "Put the source into the namespace of the object.",
	Guard:    "An error when the cluster's controller refuses such references. Else it is advice for repositories with tenants, one finding for all; references into a namespace that a kustomization will set are passed over.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#cross-namespace-references",
	Focus:    []string{"multi-tenancy", "security"},
	check:    checkCrossNamespace,
}

func checkCrossNamespace(p *pass) {
	var crossing []*model.Object
	total := 0
	for _, object := range p.objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if !ok || object.Spec == nil || object.Namespace == "" {
			continue
		}
		total++
		for _, ref := range object.Spec.References(object.ID) {
			switch ref.Relation {
			case model.RelationSource, model.RelationImage, model.RelationEventSource, model.RelationReceiver:
			default:
				continue
			}
			if ref.Target.Namespace == "" || ref.Target.Namespace == object.Namespace || templated(ref.Target.Namespace) {
				continue
			}
			if live(object) && flagOn(p.component(row.Controller), "no-cross-namespace-refs") && ref.Relation != model.RelationImage {
				p.report(finding{
					object: object, field: ref.Field, severity: v1alpha1.SeverityError,
					evidence: fmt.Sprintf("%s names %s, and %s runs with --no-cross-namespace-refs", ref.Field, ref.Target, row.Controller),
					fix:      fmt.Sprintf("define %s %s in the namespace %s and drop the namespace of the reference", ref.Target.Kind, ref.Target.Name, object.Namespace),
				})
				continue
			}
			crossing = append(crossing, object)
			break
		}
	}
	if len(p.tenants()) > 0 || p.inFocus {
		p.reportAll(distinct(crossing), total, "objects name one of another namespace", "spec", "define the source in the namespace of the object before the controllers get --no-cross-namespace-refs")
	}
}
