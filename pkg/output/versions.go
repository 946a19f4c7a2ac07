package output

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// versions are the API versions in Git that the cluster does not take, now or
// after the upgrade in Git, as far as no finding tells of them.
func (p *page) versions(report *v1alpha1.ContextReport) {
	if report.Versions == nil {
		return
	}
	var refused []v1alpha1.APIUse
	for _, use := range report.Versions.APIs {
		if (use.Served == "no" || use.Breaks) && !versionTold(report, use) {
			refused = append(refused, use)
		}
	}
	if len(refused) == 0 {
		return
	}
	p.heading("API versions")
	for i, use := range refused {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(refused)-i, "API version")
			break
		}
		says := "is not served: the cluster has " + strings.Join(use.ServedVersions, ", ")
		switch {
		case use.Breaks:
			says = "is removed in " + use.RemovedIn + ", to which Git upgrades"
		case len(use.ServedVersions) == 0:
			says = "is not served any more"
		}
		p.item(p.Theme.Bad.Render(p.Symbols.Bad), p.Theme.Strong.Render(use.APIVersion+" "+use.Kind)+" "+says)
		for j, place := range use.Places {
			if j == shownOfAKind {
				break
			}
			p.place(place.File, place.Line, report)
		}
		if use.Instead != "" {
			p.detail(p.Symbols.Step+" ", "apiVersion: "+use.Instead)
		}
	}
}

// versionTold is true when findings name every place of an API version that is
// shown.
func versionTold(report *v1alpha1.ContextReport, use v1alpha1.APIUse) bool {
	for _, place := range use.Places {
		told := false
		for _, finding := range report.Findings {
			if finding.File == place.File && strings.Contains(finding.Evidence, use.APIVersion) {
				told = true
			}
		}
		if !told {
			return false
		}
	}
	return true
}
