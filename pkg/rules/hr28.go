package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr28 = Rule{
	ID:       "HR-28",
	Title:    "The commit uninstalls a release and installs another in its place",
	Severity: v1alpha1.SeverityCritical,
	Why: "helm-controller uninstalls the old release when the chart's name, the release name, the target or the storage namespace changes: everything that the " +
		"release made is deleted first, volumes of the chart included.",
	Fix:   "Undo the change, or keep the old release on purpose: helm get, back up its data, and annotate volumes with helm.sh/resource-policy: keep.",
	Guard: "Only when the object runs in this cluster and exactly one file of the repository defines it, both sides write the field, and no patch may change it.",
	Since: "0.1.0",
	Page:  pageHelmRelease + "#upgrade-configuration",
	Focus: []string{"helm", "gitops", "disaster-recovery"},
	check: checkReleaseReplacement,
}

func checkReleaseReplacement(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		written := p.written[object.Location]
		if !live(object) || written == nil {
			continue
		}
		git, ok := written.Spec.(*fluxkind.HelmRelease)
		if !ok || len(object.Status.History) == 0 {
			continue
		}
		for _, change := range []struct{ field, live, git string }{
			{"spec.chart.spec.chart", chartName(spec), chartName(git)},
			{"spec.releaseName", spec.ReleaseName, git.ReleaseName},
			{"spec.targetNamespace", spec.TargetNamespace, git.TargetNamespace},
			{"spec.storageNamespace", spec.StorageNamespace, git.StorageNamespace},
		} {
			if change.live == change.git || change.live == "" || change.git == "" || templated(change.git) {
				continue
			}
			if p.patchSets(written, leaf(change.field)) {
				p.undecided(object, change.field+" differs from the cluster, and a patch may set it")
				continue
			}
			p.report(finding{
				object: object, field: change.field,
				evidence: fmt.Sprintf("%s is %s in Git and %s in the cluster", change.field, change.git, change.live),
				fix:      fmt.Sprintf("%s: %s keeps the release", leaf(change.field), change.live),
			})
		}
	}
}

func chartName(spec *fluxkind.HelmRelease) string {
	if spec.Chart == nil {
		return ""
	}
	return spec.Chart.Spec.Chart
}
