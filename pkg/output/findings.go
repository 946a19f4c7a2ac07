package output

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// maxInFull is of how many rules the summary tells what to do. The most severe
// come first; -o wide, a focus and 'rules explain' tell the rest.
const maxInFull = 8

// findings are listed most severe first, those of one rule and title together.
// Advice is only counted, unless a focus asks for the full picture: whoever
// reads the summary wants to know what is wrong.
func (p *page) findings(report *v1alpha1.ContextReport) {
	unshown := unshown(report)
	if len(report.Findings) == 0 && unshown == "" {
		return
	}
	p.heading("Findings")
	var advice []string
	all := groups(report.Findings)
	// With many rules one finding of each is enough to see what is wrong.
	limit := shownOfAKind
	if len(all) > 2*shownOfAKind {
		limit = 1
	}
	for i, group := range all {
		if group[0].Severity == v1alpha1.SeverityInfo && p.short(report) {
			advice = append(advice, group[0].Rule)
			continue
		}
		if p.short(report) && i >= maxInFull {
			p.briefly(group, report)
			continue
		}
		p.group(group, limit, report)
	}
	if len(advice) > 0 {
		advice = slices.Compact(advice)
		mark, style := p.severity(v1alpha1.SeverityInfo)
		p.wrapped(2, style.Render(mark)+" ", fmt.Sprintf("%s of advice (%s): see -o wide, or %s rules explain %s",
			count(len(advice), "piece"), strings.Join(advice, ", "), p.program, advice[0]), p.muted)
	}
	if unshown != "" {
		p.wrapped(2, "", unshown+": see -o json", p.muted)
	}
}

// unshown counts what is neither a finding nor forgotten.
func unshown(report *v1alpha1.ContextReport) string {
	var parts []string
	if n := len(report.Ignored); n > 0 {
		parts = append(parts, fmt.Sprintf("%d ignored by .fluxctx.yaml or an annotation", n))
	}
	undecided := 0
	for _, u := range report.Undecided {
		undecided += u.Count
	}
	if undecided > 0 {
		parts = append(parts, fmt.Sprintf("%d undecided", undecided))
	}
	return strings.Join(parts, ", ")
}

// groups keeps the order of the first finding of each group.
func groups(findings []v1alpha1.Finding) [][]v1alpha1.Finding {
	type key struct {
		rule, title string
		severity    v1alpha1.Severity
	}
	position := map[key]int{}
	var all [][]v1alpha1.Finding
	for _, finding := range findings {
		k := key{finding.Rule, finding.Title, finding.Severity}
		i, ok := position[k]
		if !ok {
			i = len(all)
			position[k] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], finding)
	}
	return all
}

// briefly prints what a rule found, and where first.
func (p *page) briefly(group []v1alpha1.Finding, report *v1alpha1.ContextReport) {
	p.title(group[0])
	first := group[0]
	switch {
	case first.File != "":
		p.place(first.File, first.Line, report)
	case first.Object != nil:
		p.detail("", refString(*first.Object))
	}
	if rest := len(group) - 1; rest > 0 {
		p.wrapped(4, p.Symbols.Ellipsis+" ", fmt.Sprintf("%d more", rest), p.muted)
	}
}

func (p *page) title(f v1alpha1.Finding) {
	mark, style := p.severity(f.Severity)
	p.item(style.Render(mark), p.Theme.Strong.Render(f.Title)+" "+p.Theme.Muted.Render("["+f.Rule+" "+string(f.Severity)+"]"))
}

// group prints the findings of one rule, no more than limit unless all of them,
// or all of a topic, are asked for.
func (p *page) group(group []v1alpha1.Finding, limit int, report *v1alpha1.ContextReport) {
	p.title(group[0])
	shown := group
	if p.short(report) && len(group) > min(limit, shownOfAKind) {
		shown = group[:min(limit, shownOfAKind)]
	}
	for i, finding := range shown {
		p.place(finding.File, finding.Line, report)
		if finding.Object != nil && finding.File == "" {
			p.detail("", refString(*finding.Object))
		}
		if finding.Evidence != "" {
			p.detail("", finding.Evidence)
		}
		// A fix that the next finding shares is printed once, after the last.
		if finding.Fix != "" && (i == len(shown)-1 || shown[i+1].Fix != finding.Fix) {
			p.detail(p.Symbols.Step+" ", finding.Fix)
		}
	}
	if rest := len(group) - len(shown); rest > 0 {
		p.wrapped(4, p.Symbols.Ellipsis+" ", fmt.Sprintf("%d more: see -o wide or -o json", rest), p.muted)
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
