package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf03 = Rule{
	ID:       "NTF-03",
	Title:    "An Alert watches objects that do not exist",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The entry matches no event, so what was meant to be watched is not.",
	Fix:      "Correct kind, name or namespace of the entry; \"*\" takes all of a kind in one namespace.",
	Guard:    "Entries by label are left open unless a cluster answered. Without a cluster, a name that the repository does not define may come from elsewhere, and is information.",
	Since:    "0.1.0",
	Page:     pageAlert + "#event-sources",
	Focus:    []string{"monitoring"},
	check:    checkEventSources,
}

func checkEventSources(p *pass) {
	for object, spec := range specs[*fluxkind.Alert](p.index) {
		if !spec.Suspended() {
			p.selectors(object, "spec.eventSources", spec.EventSources)
		}
	}
}

// selectors reports entries of a list that match no object.
func (p *pass) selectors(object *model.Object, field string, list []fluxkind.EventSelector) {
	severity := v1alpha1.SeverityInfo
	if live(object) {
		severity = v1alpha1.SeverityWarning
	}
	for i, selector := range list {
		group := groupOfKind(selector.Kind)
		namespace := orDefault(selector.Namespace, object.Namespace)
		if group == "" || templated(selector.Name) || templated(namespace) || p.selected(object, selector, group, namespace) {
			continue
		}
		if len(selector.MatchLabels) > 0 && !live(object) {
			p.undecided(object, fmt.Sprintf("%s[%d] selects by labels", field, i))
			continue
		}
		p.report(finding{
			object: object, field: fmt.Sprintf("%s[%d]", field, i), severity: severity,
			evidence: fmt.Sprintf("%s[%d] matches no %s %s in the namespace %s", field, i, selector.Kind, selector.Name, namespace),
			fix:      p.selectorFix(object, selector, group),
		})
	}
}

func (p *pass) selected(owner *model.Object, selector fluxkind.EventSelector, group, namespace string) bool {
	for _, other := range p.objects {
		if other.Kind != selector.Kind || other.Group != group || !sameNamespace(other.Namespace, namespace) || !p.sees(owner, other) {
			continue
		}
		if selector.Name == other.Name || selector.Name == "*" && subset(selector.MatchLabels, other.Labels) {
			return true
		}
	}
	return live(owner) && !p.readable(model.ID{Group: group, Kind: selector.Kind, Namespace: namespace})
}

func (p *pass) selectorFix(owner *model.Object, selector fluxkind.EventSelector, group string) string {
	if selector.Name != "*" {
		if k, ok := p.elsewhere(owner, model.ID{Group: group, Kind: selector.Kind, Namespace: orDefault(selector.Namespace, owner.Namespace), Name: selector.Name}); ok && k.Namespace != "" {
			return "namespace: " + k.Namespace
		}
	}
	for _, other := range p.objects {
		if other.Kind == selector.Kind && other.Group == group && other.Namespace != "" && p.sees(owner, other) {
			return fmt.Sprintf("{kind: %s, name: %s, namespace: %s}", other.Kind, other.Name, other.Namespace)
		}
	}
	return "remove the entry"
}

// groupOfKind is the group of a Flux kind that is named without one.
func groupOfKind(kind string) string {
	for _, row := range fluxkind.All() {
		if row.Kind == kind {
			return row.Group
		}
	}
	return ""
}
