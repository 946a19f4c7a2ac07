package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr11 = Rule{
	ID:       "HR-11",
	Title:    "Drift of what charts install is not noticed",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Without spec.driftDetection helm-controller acts only on a new chart or new values; what somebody edits by hand stays.",
	Fix:      "Set driftDetection.mode to warn, look at what is reported, then to enabled.",
	Guard:    "Only releases of production folders, or of the cluster when Helm is asked for, and one finding for all. Without a cluster, releases that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#drift-detection",
	Focus:    []string{"helm", "gitops"},
	check:    checkDriftDetection,
}

func checkDriftDetection(p *pass) {
	var blind []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if !production(object) && !(p.inFocus && live(object)) {
			continue
		}
		if total++; (spec.DriftDetection == nil || spec.DriftDetection.Mode == "" || spec.DriftDetection.Mode == "disabled") && !p.mayBePatched(object) {
			blind = append(blind, object)
		}
	}
	p.reportAll(blind, total, "HelmReleases have no drift detection", "spec.driftDetection",
		"driftDetection: {mode: warn}; where a HorizontalPodAutoscaler scales, ignore: [{paths: [/spec/replicas], target: {kind: Deployment}}]")
}
