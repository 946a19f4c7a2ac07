package rules

import (
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks08 = Rule{
	ID:          "KS-08",
	Title:       "A failing health check is noticed only after the whole interval",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "Without spec.timeout the controller waits one interval for apply and health checks before it reports a failure.",
	Fix:         "Set spec.timeout to what a good rollout needs, for example 5m.",
	Guard:       "Only when asked for Kustomizations or performance, for intervals above ten minutes, and one finding for all.",
	Since:       "0.1.0",
	Page:        pageKustomization + "#timeout",
	Focus:       []string{"kustomize", "performance"},
	check:       checkTimeout,
}

func checkTimeout(p *pass) {
	var without []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		total++
		if interval, ok := spec.Interval.Value(); ok && interval > 10*time.Minute && spec.Timeout == "" && !p.mayBePatched(object) {
			without = append(without, object)
		}
	}
	p.reportAll(without, total, "Kustomizations have an interval above 10m and no spec.timeout", "spec.interval", "timeout: 5m")
}
