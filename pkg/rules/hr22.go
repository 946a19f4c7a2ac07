package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr22 = Rule{
	ID:       "HR-22",
	Title:    "Post-renderers will see the hooks of the chart after the upgrade",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Flux 2.9 changes the default of spec.postRenderStrategy from nohooks to combined: patches and images also apply to hook objects, and the next upgrade changes them.",
	Fix:      "Set spec.postRenderStrategy: nohooks to keep today's result, or check that the patches fit the hooks.",
	Guard:    "Only while an upgrade across 2.9 is under way: the cluster runs an older Flux than the repository pins.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#post-render-strategy",
	Focus:    []string{"helm", "migration"},
	check:    checkPostRenderers,
}

func checkPostRenderers(p *pass) {
	up, ok := p.upgrade()
	if !ok || !up.crosses(fluxver.Minor{Major: 2, Minor: 9}) {
		return
	}
	var affected []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if total++; len(spec.PostRenderers) > 0 && spec.PostRenderStrategy == "" {
			affected = append(affected, object)
		}
	}
	p.reportAll(affected, total, fmt.Sprintf("HelmReleases have post-renderers and no strategy, and Flux goes from %s to %s", up.from.minor, up.to.minor),
		"spec.postRenderers", "postRenderStrategy: nohooks")
}
