package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr06 = Rule{
	ID:       "HR-06",
	Title:    "Releases are not tried again after a failure",
	Severity: v1alpha1.SeverityInfo,
	InFocus:  v1alpha1.SeverityWarning,
	Why:      "Without a strategy or remediation one failed install or upgrade leaves the release stalled until somebody changes the spec or steps in.",
	Fix:      "Set install.strategy and upgrade.strategy to RetryOnFailure, for all releases at once by a patch on the Kustomization.",
	Guard: "The live spec counts. Without a cluster, releases that a patch may complete are left open. The gate DefaultToRetryOnFailure settles it for all. " +
		"One finding for all, and a warning only when Helm is asked for.",
	Since: "0.1.0",
	Page:  pageHelmRelease + "#configuring-failure-handling",
	Focus: []string{"helm", "disaster-recovery"},
	check: checkFailureHandling,
}

func checkFailureHandling(p *pass) {
	if on, _ := gate(p.component("helm-controller"), "DefaultToRetryOnFailure"); on {
		return
	}
	var bare []*model.Object
	total, open := 0, 0
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		total++
		if handlesFailure(spec.Install) && handlesFailure(spec.Upgrade) {
			continue
		}
		if p.mayBePatched(object) {
			open++
			continue
		}
		bare = append(bare, object)
	}
	if open > 0 {
		p.result.Undecided = append(p.result.Undecided, Undecided{
			Rule: p.rule.ID, Reason: fmt.Sprintf("%d HelmReleases have no strategy in their file, and a patch may set it", open),
		})
	}
	p.reportAll(bare, total, "HelmReleases have no strategy or remediation for install or upgrade", "spec.install",
		"install: {strategy: {name: RetryOnFailure}}, upgrade: {strategy: {name: RetryOnFailure}}")
}

func handlesFailure(action *fluxkind.HelmAction) bool {
	if action == nil {
		return false
	}
	return action.Strategy != nil || action.Remediation != nil && action.Remediation.Retries != nil && *action.Remediation.Retries != 0
}
