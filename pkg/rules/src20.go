package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src20 = Rule{
	ID:       "SRC-20",
	Title:    "Commits to a chart in Git are not released",
	Severity: v1alpha1.SeverityInfo,
	Why:      "With the default reconcileStrategy ChartVersion a new revision of the source makes a new release only when version in Chart.yaml changes.",
	Fix:      "Set reconcileStrategy: Revision, or raise the version of the chart with each change.",
	Guard:    "Many raise the version with each release on purpose: this is advice. Charts from a HelmRepository always have a version of their own. Without a cluster, releases that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageHelmChart + "#reconcile-strategy",
	Focus:    []string{"sources", "helm"},
	check:    checkReconcileStrategy,
}

func checkReconcileStrategy(p *pass) {
	report := func(object *model.Object, field, kind, strategy, chart string) {
		if kind != "GitRepository" && kind != "Bucket" || strategy != "" && strategy != "ChartVersion" {
			return
		}
		if strategy == "" && p.mayBePatched(object) {
			p.undecided(object, field+" is absent, and a patch may set it")
			return
		}
		p.report(finding{
			object: object, field: field,
			evidence: fmt.Sprintf("%s is %s for the chart %s from a %s", field, orAbsent(strategy), chart, kind),
			fix:      "reconcileStrategy: Revision",
		})
	}
	for object, spec := range specs[*fluxkind.HelmChart](p.index) {
		if inGit(object) { // the others are made by helm-controller for a HelmRelease
			report(object, "spec.reconcileStrategy", spec.SourceRef.Kind, spec.ReconcileStrategy, spec.Chart)
		}
	}
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.Chart != nil {
			report(object, "spec.chart.spec.reconcileStrategy", spec.Chart.Spec.SourceRef.Kind, spec.Chart.Spec.ReconcileStrategy, spec.Chart.Spec.Chart)
		}
	}
}
