package rules

import (
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks09 = Rule{
	ID:          "KS-09",
	Title:       "A failed Kustomization is tried again only after the whole interval",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "Without spec.retryInterval a passing fault, such as a webhook that was not up yet, costs one interval.",
	Fix:         "Set spec.retryInterval, for example to 2m.",
	Guard:       "Only when asked for Kustomizations, for intervals above five minutes, and one finding for all.",
	Since:       "0.1.0",
	Page:        pageKustomization + "#retry-interval",
	Focus:       []string{"kustomize", "troubleshooting"},
	check:       checkRetryInterval,
}

func checkRetryInterval(p *pass) {
	var without []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		total++
		if interval, ok := spec.Interval.Value(); ok && interval > 5*time.Minute && spec.RetryInterval == "" && !p.mayBePatched(object) {
			without = append(without, object)
		}
	}
	p.reportAll(without, total, "Kustomizations have an interval above 5m and no spec.retryInterval", "spec.interval", "retryInterval: 2m")
}
