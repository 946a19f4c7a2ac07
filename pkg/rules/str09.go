package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var str09 = Rule{
	ID:       "STR-09",
	Title:    "A chart is changed and keeps its version",
	Severity: v1alpha1.SeverityWarning,
	Why:      "With reconcileStrategy ChartVersion the release is upgraded only when version in Chart.yaml changes: the commit has no effect.",
	Fix:      "Raise version in Chart.yaml with the change.",
	Guard:    "Only uncommitted changes, when Git told all of them, below a chart that a HelmRelease takes from this repository by version.",
	Since:    "0.1.0",
	Page:     pageHelmChart + "#reconcile-strategy",
	Focus:    []string{"helm", "gitops"},
	check:    checkChartBump,
}

func checkChartBump(p *pass) {
	if p.Repository == nil || !p.Repository.Git.ChangesKnown {
		return
	}
	for _, chart := range p.Repository.Charts {
		changed := ""
		bumped := false
		for _, change := range p.Repository.Git.Changed {
			switch {
			case change.Path == chart.Path+"/Chart.yaml":
				bumped = true
			case changed == "" && strings.HasPrefix(change.Path, chart.Path+"/"):
				changed = change.Path
			}
		}
		user := p.chartUser(chart)
		if changed == "" || bumped || user == nil {
			continue
		}
		p.report(finding{
			at:       model.Location{File: chart.Path + "/Chart.yaml", Line: 1},
			evidence: fmt.Sprintf("%s is changed, version is still %s, and %s releases by version", changed, chart.Version, user.ID),
			fix:      "raise version in " + chart.Path + "/Chart.yaml",
		})
	}
}

// chartUser is a HelmRelease that takes a chart of this repository by version.
func (x *index) chartUser(chart model.Chart) *model.Object {
	for object, spec := range specs[*fluxkind.HelmRelease](x) {
		if spec.Chart == nil || cleanPath(spec.Chart.Spec.Chart) != chart.Path || spec.Chart.Spec.ReconcileStrategy == "Revision" {
			continue
		}
		if slices.Contains([]string{"GitRepository", "Bucket"}, spec.Chart.Spec.SourceRef.Kind) && !x.mayBePatched(object) {
			return object
		}
	}
	return nil
}
