package output

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// stageWords say how far a change has come.
var stageWords = map[string]string{
	"uncommitted": "not committed",
	"notPushed":   "not pushed",
	"notApplied":  "not applied yet",
	"committed":   "committed",
}

// blast is what the changes since the base will delete; nothing when that is
// nothing.
func (p *page) blast(report *v1alpha1.ContextReport) {
	if len(report.BlastRadius) == 0 {
		return
	}
	p.heading("Would be deleted")
	for i, deletion := range report.BlastRadius {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(report.BlastRadius)-i, "change")
			break
		}
		mark := p.Theme.Bad.Render(p.Symbols.Bad)
		if deletion.Action == "handover" {
			mark = p.Theme.Warn.Render(p.Symbols.Warn)
		}
		text := deletion.Message + " (" + stageWords[deletion.Stage]
		if deletion.Cluster != "" {
			text += ", in " + deletion.Cluster
		}
		if deletion.Inventory == "rendered" {
			text += ", as Git was"
		}
		p.item(mark, text+")")
		p.place(deletion.File, deletion.Line, report)
		if len(deletion.Notable) > 0 && deletion.Action != "handover" {
			p.detail("among them: ", p.refs(deletion.Notable, ", ", 2*shownOfAKind))
		}
	}
}
