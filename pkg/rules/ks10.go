package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks10 = Rule{
	ID:       "KS-10",
	Title:    "A Kustomization is reconciled more than once a minute",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Each time everything is built and sent to the API server as a dry run; a new revision starts a reconciliation anyway, whatever the interval.",
	Fix:      "Set spec.interval to ten minutes or more: it is only for mending drift.",
	Guard:    "Intervals that are variables are passed over.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#interval",
	Focus:    []string{"kustomize", "performance"},
	check:    checkInterval,
}

func checkInterval(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if interval, ok := spec.Interval.Value(); ok && interval > 0 && interval < time.Minute && !spec.Suspended() {
			p.report(finding{
				object: object, field: "spec.interval",
				evidence: fmt.Sprintf("spec.interval is %s", spec.Interval),
				fix:      "interval: 10m",
			})
		}
	}
}
