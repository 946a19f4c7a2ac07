package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var ops06 = Rule{
	ID:       "OPS-06",
	Title:    "An object has been suspended for more than a week",
	Severity: v1alpha1.SeverityWarning,
	Why:      "What was meant for an afternoon has become the state of things: commits pile up that all arrive at once when it is resumed.",
	Fix:      "Look at what would change, then resume it.",
	Guard:    "By the time at which the owner of spec.suspend last wrote the object, the best there is: it may be longer, not shorter. Objects that Git itself suspends are reported by KS-24 only.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#suspending-and-resuming",
	Focus:    []string{"troubleshooting", "gitops"},
	check:    checkLongSuspended,
}

func checkLongSuspended(p *pass) {
	for _, object := range p.objects {
		if !live(object) || object.Spec == nil || !object.Spec.Suspended() {
			continue
		}
		since := p.suspendedSince(object)
		written := p.written[object.Location]
		if p.age(since) < 7*24*time.Hour || written != nil && written.Spec != nil && written.Spec.Suspended() {
			continue
		}
		fix := resumeCommand(object)
		if object.Kind == "Kustomization" {
			fix = fmt.Sprintf("flux diff kustomization %s -n %s --path=PATH; then %s", object.Name, object.Namespace, fix)
		}
		p.report(finding{
			object: object, field: "spec.suspend",
			evidence: fmt.Sprintf("spec.suspend was written %s ago", words(p.age(since))),
			fix:      fix,
		})
	}
}
