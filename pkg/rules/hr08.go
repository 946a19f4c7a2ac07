package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr08 = Rule{
	ID:       "HR-08",
	Title:    "A release has run out of retries",
	Severity: v1alpha1.SeverityError,
	Why:      "It is stalled: helm-controller does nothing more until the chart, the values or the spec change, or somebody asks for it.",
	Fix:      "Mend the cause and commit, which starts over; or reset the counters; or force one release.",
	Guard:    "Only what the controller itself reports as RetriesExceeded.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#resetting-remediation-retries",
	Focus:    []string{"helm", "troubleshooting"},
	check:    checkRetriesExceeded,
}

func checkRetriesExceeded(p *pass) {
	for object := range specs[*fluxkind.HelmRelease](p.index) {
		stalled := object.Status.Condition("Stalled")
		if stalled == nil || stalled.Status != "True" || stalled.Reason != "RetriesExceeded" || rolledBack(object) {
			continue
		}
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("RetriesExceeded%s: %s%s", p.sinceWords(stalled.LastTransitionTime), stalled.Message, failureMessage(object)),
			fix: fmt.Sprintf("mend the cause and commit; or flux reconcile helmrelease %s -n %s --reset; or with --force for one release without regard to the state",
				object.Name, object.Namespace),
		})
	}
}

// failureMessage is what Helm said of the last failed action.
func failureMessage(object *model.Object) string {
	if released := object.Status.Condition("Released"); released != nil && released.Status == "False" {
		return "; " + released.Message
	}
	return ""
}

// rolledBack is true when the old version runs because the new one failed.
func rolledBack(object *model.Object) bool {
	ready := object.Status.Condition("Ready")
	return ready != nil && ready.Status == "False" && ready.Reason == "RollbackSucceeded"
}
