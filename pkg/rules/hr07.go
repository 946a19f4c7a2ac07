package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr07 = Rule{
	ID:          "HR-07",
	Title:       "Some releases retry by strategy, others by remediation",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "They behave differently after a failed upgrade: remediation rolls back or uninstalls, the strategy RetryOnFailure tries again and leaves what is there.",
	Fix:         "Choose one way, and set it for all releases by a patch.",
	Guard:       "Only when asked for Helm, and when both ways are in use without a patch that may level them.",
	Since:       "0.1.0",
	Page:        pageHelmRelease + "#upgrade-strategy",
	Focus:       []string{"helm"},
	check:       checkMixedStrategies,
}

func checkMixedStrategies(p *pass) {
	var strategy, remediation []*model.Object
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.Upgrade == nil || p.mayBePatched(object) {
			continue
		}
		switch {
		case spec.Upgrade.Strategy != nil:
			strategy = append(strategy, object)
		case spec.Upgrade.Remediation != nil:
			remediation = append(remediation, object)
		}
	}
	if len(strategy) == 0 || len(remediation) == 0 {
		return
	}
	odd, field := remediation, "spec.upgrade.remediation"
	if len(strategy) < len(remediation) {
		odd, field = strategy, "spec.upgrade.strategy"
	}
	p.reportAll(odd, len(strategy)+len(remediation), fmt.Sprintf("HelmReleases use %s, the others do not", field), field, "use one way for all")
}
