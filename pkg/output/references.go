package output

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// missing are the references that lead nowhere and of which nothing else on the
// page tells.
func (p *page) missing(report *v1alpha1.ContextReport) {
	var nowhere []v1alpha1.Reference
	for _, ref := range report.References {
		if ref.Found == "nowhere" && !ref.Optional && !told(report, refString(ref.Target)) {
			nowhere = append(nowhere, ref)
		}
	}
	if len(nowhere) == 0 {
		return
	}
	p.heading("Missing")
	for i, ref := range nowhere {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(nowhere)-i, "reference")
			break
		}
		p.item(p.Theme.Bad.Render(p.Symbols.Bad), p.Theme.Strong.Render(refString(ref.Target))+" is neither in the cluster nor made by anything in Git")
		p.place(ref.File, ref.Line, report)
		p.detail("", ref.Field+" of "+refString(ref.Owner)+" names it")
	}
}

// told is true when a finding or a root cause names an object.
func told(report *v1alpha1.ContextReport, name string) bool {
	for _, finding := range report.Findings {
		if strings.Contains(finding.Evidence, name) {
			return true
		}
	}
	for _, cause := range report.RootCauses {
		for _, evidence := range cause.Evidence {
			if strings.Contains(evidence.Text, name) {
				return true
			}
		}
	}
	return false
}
