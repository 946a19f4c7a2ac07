package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// shownOfAKind is how many root causes, findings of one rule, or blocked
// objects stand on the screen; -o wide and -o json have all.
const shownOfAKind = 3

// rootCauses are the objects to mend first.
func (p *page) rootCauses(report *v1alpha1.ContextReport) {
	if len(report.RootCauses) == 0 {
		return
	}
	p.heading("Root causes")
	for i, cause := range report.RootCauses {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(report.RootCauses)-i, "root cause")
			break
		}
		title := p.Theme.Strong.Render(refString(cause.Object)) + " " + cause.State
		if cause.Reason != "" {
			title += ": " + cause.Reason
		}
		p.item(p.Theme.Bad.Render(p.Symbols.Bad), title)
		p.place(cause.File, cause.Line, report)
		if cause.Commit != nil && !slices.ContainsFunc(cause.Evidence, func(e v1alpha1.Evidence) bool { return e.Commit != nil }) {
			p.wrapped(4, "last changed by "+shortRevision(cause.Commit.Hash)+" ", cause.Commit.Subject, p.muted)
		}
		for _, evidence := range cause.Evidence {
			p.evidence(evidence, report)
		}
		// The message about a cycle names its objects once more.
		if len(cause.Cycle) > 0 {
			p.detail("cycle: ", p.refs(cause.Cycle, " "+p.Symbols.Step+" ", len(cause.Cycle)))
		} else if cause.Message != "" {
			p.detail("", cause.Message)
		}
		if len(cause.Blocks) > 0 {
			p.detail("blocks: ", p.refs(cause.Blocks, ", ", shownOfAKind))
		}
	}
}

func (p *page) refs(refs []v1alpha1.ObjectRef, separator string, limit int) string {
	if p.wide {
		limit = len(refs)
	}
	names := make([]string, 0, limit)
	for i, ref := range refs {
		if i == limit {
			names = append(names, fmt.Sprintf("%d more", len(refs)-i))
			break
		}
		names = append(names, refString(ref))
	}
	return strings.Join(names, separator)
}

// place prints file and line, a link where the terminal has them.
func (p *page) place(file string, line int, report *v1alpha1.ContextReport) {
	if file == "" {
		return
	}
	text := file
	if line > 0 {
		text = fmt.Sprintf("%s:%d", file, line)
	}
	p.lines = append(p.lines, "    "+p.Link(fileURL(report, file), p.Theme.Accent.Render(text)))
}

// evidence prints a place that a message is about, and what stands there.
func (p *page) evidence(evidence v1alpha1.Evidence, report *v1alpha1.ContextReport) {
	if evidence.File == "" {
		return
	}
	place := evidence.File
	if evidence.Line > 0 {
		place = fmt.Sprintf("%s:%d", evidence.File, evidence.Line)
	}
	text := p.Link(fileURL(report, evidence.File), p.Theme.Accent.Render(place))
	switch {
	case evidence.Text != "":
		text += ": " + evidence.Text
	case evidence.Object != nil:
		text += ": " + refString(*evidence.Object)
	}
	if evidence.Commit != nil {
		text += " " + p.Theme.Muted.Render("("+shortRevision(evidence.Commit.Hash)+" "+evidence.Commit.Subject+")")
	}
	p.detail(p.Symbols.Step+" ", text)
}

func (p *page) more(n int, noun string) {
	p.wrapped(2, p.Symbols.Ellipsis+" ", fmt.Sprintf("%s more: see -o wide or -o json", count(n, noun)), p.muted)
}

// table prints aligned rows, cut at the edge of the screen.
func (p *page) table(rows [][]string) {
	for _, line := range ui.Columns(rows) {
		p.lines = append(p.lines, "  "+p.Shorten(line, p.Width-2))
	}
}
