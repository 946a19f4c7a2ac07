package output

import (
	"net/url"
	"path"
	"path/filepath"

	"github.com/charmbracelet/lipgloss"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// findings are listed most severe first, three of one rule.
func (p *page) findings(report *v1alpha1.ContextReport) {
	if len(report.Findings) == 0 {
		return
	}
	p.heading("Findings")
	ofRule := map[string]int{}
	for _, finding := range report.Findings {
		ofRule[finding.Rule]++
	}
	shown := map[string]int{}
	for _, finding := range report.Findings {
		if !p.wide && shown[finding.Rule] == shownOfAKind {
			continue
		}
		shown[finding.Rule]++
		p.finding(finding, report)
		if !p.wide && shown[finding.Rule] == shownOfAKind && ofRule[finding.Rule] > shownOfAKind {
			p.more(ofRule[finding.Rule]-shownOfAKind, finding.Rule+" finding")
		}
	}
}

func (p *page) finding(finding v1alpha1.Finding, report *v1alpha1.ContextReport) {
	mark, style := p.severity(finding.Severity)
	p.item(style.Render(mark), finding.Title+" "+p.Theme.Muted.Render("["+finding.Rule+" "+string(finding.Severity)+"]"))
	p.place(finding.File, finding.Line, report)
	if finding.Object != nil && finding.File == "" {
		p.detail("", refString(*finding.Object))
	}
	if finding.Evidence != "" {
		p.detail("", finding.Evidence)
	}
	if finding.Fix != "" {
		p.detail(p.Symbols.Step+" ", finding.Fix)
	}
}

func (p *page) severity(severity v1alpha1.Severity) (string, lipgloss.Style) {
	switch severity {
	case v1alpha1.SeverityCritical, v1alpha1.SeverityError:
		return p.Symbols.Bad, p.Theme.Bad
	case v1alpha1.SeverityWarning:
		return p.Symbols.Warn, p.Theme.Warn
	}
	return p.Symbols.Info, p.Theme.Accent
}

// fileURL is where a click on a path of the repository leads.
func fileURL(report *v1alpha1.ContextReport, file string) string {
	if report.Repository == nil {
		return ""
	}
	target := url.URL{Scheme: "file", Path: path.Join(filepath.ToSlash(report.Repository.Root), file)}
	return target.String()
}
