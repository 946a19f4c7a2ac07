package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr10 = Rule{
	ID:       "HR-10",
	Title:    "A release hangs in a pending state",
	Severity: v1alpha1.SeverityError,
	Why:      "helm-controller was ended in the middle of an action, most often for want of memory, and Helm now refuses every other (another operation is in progress).",
	Fix:      "Let helm-controller unlock it by a forced reconciliation, and give it more memory, or let it watch its memory (OOM detection).",
	Guard:    "Only releases that the controller reports as pending, and that it is not working on.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/installation/configuration/helm-oom-detection/",
	Focus:    []string{"helm", "troubleshooting", "controllers"},
	check:    checkPending,
}

func checkPending(p *pass) {
	for object := range specs[*fluxkind.HelmRelease](p.index) {
		ready := object.Status.Condition("Ready")
		if ready == nil || !failing(object) {
			continue
		}
		last := ""
		if len(object.Status.History) > 0 {
			last = object.Status.History[0].Status
		}
		locked := strings.Contains(ready.Message, "another operation (install/upgrade/rollback) is in progress") ||
			strings.Contains(ready.Message, "another operation is in progress")
		if !strings.HasPrefix(last, "pending-") && ready.Reason != "PendingRelease" && !locked {
			continue
		}
		evidence := fmt.Sprintf("%s: %s", ready.Reason, ready.Message)
		if component := p.component("helm-controller"); component != nil && component.OOMKilled {
			evidence += "; helm-controller was ended for want of memory"
		}
		p.report(finding{
			object: object, evidence: evidence,
			fix: fmt.Sprintf("flux reconcile helmrelease %s -n %s --force; helm history %s -n %s shows the release", object.Name, object.Namespace, releaseName(object), storageNamespace(object)),
		})
	}
}
