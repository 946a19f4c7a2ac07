package output

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// guidance is advice about this project, one entry a topic.
func (p *page) guidance(report *v1alpha1.ContextReport) {
	if len(report.Guidance) == 0 {
		return
	}
	p.heading("Guidance")
	for i, entry := range report.Guidance {
		if !p.wide && len(report.Focus) == 0 && i == 2*shownOfAKind {
			p.more(len(report.Guidance)-i, "topic")
			break
		}
		p.item(p.Theme.Accent.Render(p.Symbols.Bullet), p.Theme.Strong.Render(entry.Topic)+": "+entry.Today)
		if entry.Gap != "" {
			p.wrapped(4, p.Theme.Warn.Render(p.Symbols.Warn)+" ", entry.Gap, p.plain)
		}
		if entry.Next != "" {
			p.detail(p.Symbols.Step+" ", entry.Next)
		}
		for _, doc := range entry.Docs {
			p.wrapped(4, "", p.Link(doc.URL, doc.URL), p.muted)
		}
	}
}

// documents says what was loaded and from where.
func (p *page) documents(report *v1alpha1.ContextReport) {
	bySource := map[string]int{}
	for _, section := range report.Docs.Sections {
		bySource[section.Source]++
	}
	var parts []string
	for _, source := range report.Docs.Sources {
		part := source.Name
		switch n := bySource[source.Name]; {
		case n > 0:
			part += ": " + count(n, "section")
		default:
			part += ": " + source.Status
		}
		if source.Age != "" {
			part += ", " + source.Age + " old"
		}
		if source.Reason != "" {
			part += " (" + source.Reason + ")"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return
	}
	p.heading("Documents")
	for _, part := range parts {
		p.item(p.Symbols.Bullet, part)
	}
}

// problems are parts of the work that could not be done.
func (p *page) problems(report *v1alpha1.ContextReport) {
	if len(report.Problems) == 0 {
		return
	}
	p.heading("Not everything could be read")
	for i, problem := range report.Problems {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(report.Problems)-i, "problem")
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
