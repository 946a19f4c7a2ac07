package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf01 = Rule{
	ID:       "NTF-01",
	Title:    "An Alert goes nowhere",
	Severity: v1alpha1.SeverityError,
	Why:      "The Provider that it names does not exist or is suspended, so nobody hears of failures; an Alert has no status that would tell.",
	Fix:      "Name an existing Provider in the namespace of the Alert.",
	Guard:    "A Provider is looked for in Git and in the cluster; names that hold variables are left open. A suspended Provider is a warning, a suspended Alert is passed over.",
	Since:    "0.1.0",
	Page:     pageAlert + "#provider-reference",
	Focus:    []string{"monitoring", "troubleshooting"},
	check:    checkAlertProvider,
}

func checkAlertProvider(p *pass) {
	for object, spec := range specs[*fluxkind.Alert](p.index) {
		if spec.Suspended() {
			continue
		}
		for _, ref := range spec.References(object.ID) {
			if ref.Relation != model.RelationProvider {
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				p.report(finding{
					object: object, field: ref.Field + ".name", severity: p.ifKnown(ref.Target),
					evidence: fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, p.nowhere(object)),
					fix:      p.providerFix(object, ref.Target),
				})
			case found:
				for _, provider := range p.targets(object, model.RelationProvider) {
					if provider.Spec.Suspended() {
						p.report(finding{
							object: provider, field: "spec.suspend", severity: v1alpha1.SeverityWarning,
							evidence: fmt.Sprintf("%s is suspended, and %s goes to it", provider.ID, object.ID),
							fix:      p.resumeFix(provider),
						})
						break
					}
				}
			}
		}
	}
}

func (p *pass) providerFix(owner *model.Object, target model.ID) string {
	if k, ok := p.elsewhere(owner, target); ok && k.Namespace != "" {
		return fmt.Sprintf("move the Alert to the namespace %s: a Provider serves its own namespace only", k.Namespace)
	}
	var names []string
	for object := range specs[*fluxkind.Provider](p.index) {
		names = append(names, object.Name)
	}
	if near := focus.Nearest(target.Name, names); near != "" {
		return "providerRef: {name: " + near + "}"
	}
	return "add the Provider " + target.Name + " in the namespace " + target.Namespace
}
