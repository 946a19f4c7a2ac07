package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var perf04 = Rule{
	ID:       "PERF-04",
	Title:    "Short intervals keep the controllers busy all the time",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Each reconciliation builds everything and asks the API server for every object; new commits start one anyway.",
	Fix:      "Use intervals of ten minutes to an hour for Kustomizations and HelmReleases.",
	Guard:    "An estimate from the intervals: more than sixty reconciliations a minute of live objects, or of the objects of the repository when performance is asked for.",
	Since:    "0.1.0",
	Page:     pageScaling,
	Focus:    []string{"performance"},
	check:    checkReconcileRate,
}

func checkReconcileRate(p *pass) {
	rate := 0.0
	var first *model.Object
	shortest := time.Duration(0)
	for _, object := range p.objects {
		if !live(object) && (!p.inFocus || p.Cluster != nil) {
			continue
		}
		var interval fluxkind.Duration
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			interval = spec.Interval
		case *fluxkind.HelmRelease:
			interval = spec.Interval
		default:
			continue
		}
		value, ok := interval.Value()
		if !ok || value <= 0 || object.Spec.Suspended() {
			continue
		}
		rate += time.Minute.Seconds() / value.Seconds()
		if first == nil || value < shortest {
			first, shortest = object, value
		}
	}
	if rate <= 60 {
		return
	}
	p.report(finding{
		object: first, field: "spec.interval",
		evidence: fmt.Sprintf("about %.0f reconciliations a minute; the shortest interval is %s", rate, shortest),
		fix:      "interval: 30m",
	})
}
