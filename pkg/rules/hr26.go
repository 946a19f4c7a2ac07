package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr26 = Rule{
	ID:       "HR-26",
	Title:    "Helm keeps every revision of a release",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Each revision is a Secret of up to 1 MiB in etcd; an unlimited history fills it, and slows every action on the release.",
	Fix:      "Set spec.maxHistory to 5 or 10.",
	Guard:    "Only 0, which means no limit, and more than 50.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#max-history",
	Focus:    []string{"helm", "performance"},
	check:    checkMaxHistory,
}

func checkMaxHistory(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.MaxHistory == nil || *spec.MaxHistory > 0 && *spec.MaxHistory <= 50 {
			continue
		}
		p.report(finding{
			object: object, field: "spec.maxHistory",
			evidence: fmt.Sprintf("spec.maxHistory is %d", *spec.MaxHistory),
			fix:      "maxHistory: 5",
		})
	}
}
