package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// guidance is advice about this project, one entry a topic: in the summary what
// is missing and what to do next, else also what there is and what to read.
func (p *page) guidance(report *v1alpha1.ContextReport) {
	if len(report.Guidance) == 0 {
		return
	}
	p.heading("Guidance")
	for i, entry := range report.Guidance {
		if p.short(report) && i == shownOfAKind {
			p.wrapped(2, p.Symbols.Ellipsis+" ", fmt.Sprintf("%s more: name one, for example %s %s, or see -o wide",
				count(len(report.Guidance)-i, "topic"), p.program, entry.Topic), p.muted)
			break
		}
		text := entry.Today
		if p.short(report) && entry.Gap != "" {
			text = entry.Gap
		}
		p.item(p.Theme.Accent.Render(p.Symbols.Bullet), p.Theme.Strong.Render(entry.Topic)+": "+text)
		if entry.Gap != "" && !p.short(report) {
			p.wrapped(4, p.Theme.Warn.Render(p.Symbols.Warn)+" ", entry.Gap, p.plain)
		}
		if entry.Next != "" {
			p.detail(p.Symbols.Step+" ", entry.Next)
		}
		for i, doc := range entry.Docs {
			if p.short(report) && i > 0 {
				break
			}
			p.wrapped(4, "", p.Link(doc.URL, doc.URL), p.muted)
		}
	}
}

// documents says what was loaded and from where: in the summary why only when a
// source failed.
func (p *page) documents(report *v1alpha1.ContextReport) {
	bySource := map[string]int{}
	for _, section := range report.Docs.Sections {
		bySource[section.Source]++
	}
	var parts, idle []string
	for _, source := range report.Docs.Sources {
		loaded := bySource[source.Name]
		if p.short(report) && loaded == 0 && source.Status == "skipped" {
			idle = append(idle, source.Name)
			continue
		}
		part := source.Name + ": " + source.Status
		if loaded > 0 {
			part = source.Name + ": " + count(loaded, "section")
		}
		if source.Age != "" {
			part += ", " + source.Age + " old"
		}
		if source.Reason != "" {
			part += " (" + source.Reason + ")"
		}
		parts = append(parts, part)
	}
	if len(idle) > 0 {
		parts = append(parts, "not used: "+strings.Join(idle, ", "))
	}
	if len(parts) == 0 {
		return
	}
	p.heading("Documents")
	if p.short(report) {
		p.wrapped(2, "", strings.Join(parts, "; "), p.plain)
		p.documentHints(report)
		return
	}
	for _, part := range parts {
		p.item(p.Symbols.Bullet, part)
	}
}

// documentHints say, once each, what to do about documents that could not be
// loaded.
func (p *page) documentHints(report *v1alpha1.ContextReport) {
	var hints []string
	for _, problem := range report.Problems {
		if problem.Source == "docs" && problem.Hint != "" && !slices.Contains(hints, problem.Hint) {
			hints = append(hints, problem.Hint)
			p.wrapped(2, p.Symbols.Step+" ", problem.Hint, p.plain)
		}
	}
}

// problems are parts of the work that could not be done. In the summary those of
// documents stand where it says which there are instead.
func (p *page) problems(report *v1alpha1.ContextReport) {
	problems := report.Problems
	if p.short(report) && len(report.Docs.Sections) > 0 {
		problems = slices.DeleteFunc(slices.Clone(problems), func(problem v1alpha1.Problem) bool { return problem.Source == "docs" })
	}
	if len(problems) == 0 {
		return
	}
	p.heading("Not everything could be read")
	for i, problem := range problems {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(problems)-i, "problem")
			break
		}
		p.item(p.Theme.Warn.Render(p.Symbols.Warn), fmt.Sprintf("%s: %s", problem.Source, problem.Message))
		if problem.Hint != "" {
			p.detail(p.Symbols.Step+" ", problem.Hint)
		}
	}
}

// next suggests the commands that follow from the report.
func (p *page) next(report *v1alpha1.ContextReport) {
	var steps []string
	for _, cause := range report.RootCauses {
		if command := fluxCommand(cause.Object); command != "" {
			steps = append(steps, command)
		}
		if len(steps) == shownOfAKind {
			break
		}
	}
	if len(report.Findings) > 0 {
		worst := report.Findings[0]
		steps = append(steps, p.program+" rules explain "+worst.Rule)
		if len(report.Focus) == 0 && len(worst.Focus) > 0 {
			steps = append(steps, p.program+" "+worst.Focus[0])
		}
	}
	if len(steps) == 0 {
		return
	}
	p.heading("Next")
	for _, step := range steps {
		p.lines = append(p.lines, "  "+p.Theme.Accent.Render(step))
	}
}

// fluxCommand shows more of an object with the Flux CLI, or with kubectl for
// kinds that the CLI does not know.
func fluxCommand(ref v1alpha1.ObjectRef) string {
	switch ref.Kind {
	case "Kustomization", "HelmRelease":
		return fmt.Sprintf("flux events --for %s/%s -n %s", ref.Kind, ref.Name, ref.Namespace)
	case "":
		return ""
	}
	return fmt.Sprintf("kubectl describe %s %s -n %s", strings.ToLower(ref.Kind), ref.Name, ref.Namespace)
}
